import { expect, open, read, test } from './fixtures.js'

const isMocked = { mocked: true }

for (const by of ['page', 'context'] as const) {
  test(`${by}.route sees the requests of a vault in the page or in a worker, and not those of a shared vault`, async ({
    page,
    context,
    where,
  }) => {
    const seen: string[] = []
    const target = by === 'page' ? page : context
    await target.route('**/api/v1/*', (route) => {
      const { pathname } = new URL(route.request().url())
      seen.push(pathname)
      return pathname.endsWith('/me') ? route.fulfill({ json: isMocked }) : route.continue()
    })
    expect(await open(page)).toBe('authenticated')
    const me = await read(page)
    if (where === 'shared') {
      expect(seen).toEqual([])
      expect(me).not.toMatchObject(isMocked)
    } else {
      expect(seen).toEqual(['/api/v1/refresh', '/api/v1/me'])
      expect(me).toEqual(isMocked)
    }
  })
}

test('MSW answers the requests of every vault', async ({ page }) => {
  expect(await open(page)).toBe('authenticated')
  await page.evaluate(async () => (await import('/msw.js' as string)).start())
  expect(await read(page)).toEqual({ mocked: true, hasToken: true })
})
