import { at, test as base, expect, openSignedIn, pathOf, refuseTokens, signOut } from '../apps.js'
import { startFront } from '../servers.js'
import { hostOf } from './applications.js'
import { type Host, outlive, signIn, travel } from './journey.js'
import { carry } from './traffic.js'
import { createVisitor } from './visitor.js'

interface Fixtures {
  visitor: ReturnType<typeof createVisitor>
  host: Host
}

/** The example of Next with the base path /field and a slash at the end of every path, behind nginx. */
const test = base.extend<Fixtures, { front: { url: string } }>({
  front: [
    async ({ app }, use) => {
      const front = await startFront([app.url])
      await use({ url: `http://localhost:${front.port}` })
      await front.end()
    },
    { scope: 'worker' },
  ],
  baseURL: ({ front }, use) => use(front.url),
  visitor: ({ front }, use) => use(createVisitor(front.url)),
  host: ({ api, served }, use) => use(hostOf(served, api)),
})

const pathIn = (location: string | null) => {
  const { pathname, search } = new URL(location ?? '', 'http://x')
  return pathname + search
}

test('sign-in, reload, refresh on a strict API and sign-out work', ({ host, visitor }) =>
  travel(host, visitor))

test('after a failed refresh, the next request refreshes', ({ host, visitor }) => outlive(host, visitor))

test('uploads, downloads and events pass through', async ({ host, visitor }) => {
  await signIn(host, visitor)
  await carry(host, visitor)
})

test('a download through the Pages Router has a Content-Length', async ({ host, visitor }) => {
  await signIn(host, visitor)
  for (const method of ['HEAD', 'GET']) {
    const download = await visitor.call('/field/api/v1/bytes/1048576/', { method })
    expect([download.status, download.headers.get('content-length')], method).toEqual([200, '1048576'])
  }
})

test('with a base path, guards redirect an anonymous user to the sign-in page below it', async ({
  visitor,
}) => {
  for (const [path, to] of [
    ['/field/notes/', '/field/sign-in/?redirect=%2Fnotes%2F'],
    ['/field/inside/notes/', '/field/inside/sign-in/?redirect=%2Finside%2Fnotes%2F'],
    // Guarded by `getServerSideProps` and by a route handler.
    ['/field/legacy/', '/field/sign-in?redirect=%2Flegacy%2F'],
    ['/field/api/mine/', '/field/api/sign-in?redirect=%2Fapi%2Fmine%2F'],
  ]) {
    const { status, location } = await visitor.open(path as string)
    expect([status, pathIn(location)], path).toEqual([307, to])
  }
})

test('with a base path, forms without a script and the refresh link redirect to pages below it, in both routers', async ({
  host,
  visitor,
}) => {
  for (const routes of ['/field/api/auth', '/field/api/classic']) {
    const send = async (route: string, fields: Record<string, string>) =>
      pathIn((await visitor.submit(`${routes}/${route}/`, fields, '/field/sign-in/')).location)
    const wrong = { email: 'ada@example.com', password: 'wrong' }
    expect(await send('sign-in', wrong), routes).toBe('/field/sign-in/?error=refused')
    const right = { email: 'ada@example.com', password: 'correct horse', redirect: '/notes/' }
    expect(await send('sign-in', right), routes).toBe('/field/notes/')
    expect(await host.isSignedIn(visitor), routes).toBe(true)
    const { location } = await visitor.open(`${routes}/refresh/?to=/notes/`)
    expect(pathIn(location), routes).toBe('/field/notes/')
    expect(await send('sign-out', {}), routes).toBe('/field/')
    expect(await host.isSignedIn(visitor), routes).toBe(false)
  }
})

test('with other middleware before, around or after the proxy, the refreshed session and all cookies reach the page and the browser', async ({
  host,
  visitor,
}) => {
  const ways = ['inside', 'around', 'changed', 'merged', 'handed']
  const cookieOf = {
    inside: 'NEXT_LOCALE',
    around: 'AROUND',
    changed: 'theme',
    merged: 'NEXT_LOCALE',
    handed: 'NEXT_LOCALE',
  }
  host.api.configure({ accessTtl: 1 })
  const visitors = await Promise.all(
    ways.map(async (way) => {
      const one = createVisitor(visitor.origin)
      await signIn(host, one)
      return [way, one, new Map(one.cookies)] as const
    }),
  )
  host.api.configure({ accessTtl: 900 })
  await new Promise((resolve) => setTimeout(resolve, 1050))
  for (const [way, one, before] of visitors) {
    const { total } = host.api.journal.counts().refresh
    const pages = [await one.open(`/field/${way}/notes/`), await one.open(`/field/${way}/notes/`)]
    const refreshed = [...before].filter(([name, value]) => one.cookies.get(name) !== value)
    expect(
      {
        status: pages.map(({ status }) => status),
        isOfAda: pages.map(
          ({ text }) => /Notes of (<!-- -->)?Ada/.test(text) && text.includes('data-status="200"'),
        ),
        refreshes: host.api.journal.counts().refresh.total - total,
        refreshed: refreshed.length,
        others: one.cookies.has(cookieOf[way as keyof typeof cookieOf]),
      },
      way,
    ).toEqual({ status: [200, 200], isOfAda: [true, true], refreshes: 1, refreshed: 1, others: true })
  }
})

test('in a browser, a sign-in on a guarded page, a reload with a refused token and a sign-out work', async ({
  api,
  page,
}) => {
  await openSignedIn(page, '/field/notes/')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await refuseTokens(api)
  await page.reload()
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '200')
  expect([pathOf(page), api.journal.counts().refresh.total]).toEqual(['/field/notes/', 1])
  await page.getByRole('link', { name: 'tokencell' }).click()
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await signOut(page)
  expect(pathOf(page)).toBe('/field/')
  await expect.poll(() => api.state().sessions).toBe(0)
})
