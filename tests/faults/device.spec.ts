import { CLOCK, deviceFaults } from './device.js'
import { doubtToken, expect, outcome, refusals, signIn, status, test } from './fixtures.js'
import { compareRow } from './table.js'

for (const { id, title, begin, end, not } of deviceFaults) {
  test(`${id}: when ${title}, the session stays, also after a reload`, async ({
    api,
    browserName,
    context,
    network,
    open,
    page,
    site,
    where,
  }) => {
    test.setTimeout(120_000)
    const reason = not?.({ browserName, where })
    test.skip(Boolean(reason), String(reason))
    site.first = CLOCK
    site.overrides.set('/clock.js', (response) =>
      response.setHeader('content-type', 'text/javascript').end(CLOCK),
    )
    site.beforeVault = '/clock.js'
    await open(page)
    await signIn(page)
    await doubtToken(page, api)

    const device = { page, context, site }
    await begin(device)
    const during = await outcome(page, 'me', network.url)
    await end?.(device)
    await expect.poll(() => outcome(page, 'me', network.url), { timeout: 60_000 }).toBe('200')
    expect(await status(page)).toBe('authenticated')

    await page.reload()
    const afterReload = await page.evaluate(() => auth.ready.then(({ status }) => status))
    expect(afterReload).toBe('authenticated')
    expect(refusals(api), 'no refresh token was used twice').toBe(0)

    await page.evaluate(() => auth.signOut())
    await expect.poll(() => api.sessions.count()).toBe(0)
    compareRow({ id, title, results: [during, afterReload] }, `${browserName}, ${where}`)
  })
}
