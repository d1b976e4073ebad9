/** The story of each system behind a BFF. The tokens are on the server of the pages. */
import {
  askTen,
  askUntil,
  count,
  EVE,
  expectReason,
  expectUser,
  factsOf,
  names,
  signIn,
  ten,
  untilExpired,
} from './bff-story.js'
import { ADA, at, BOB, enter, expect, test } from './fixtures.js'

for (const name of names) {
  const { refresh } = factsOf(name)

  test(`${name}: a visitor signs up, and a reload shows name and role`, async ({ page, start }) => {
    const { home, log } = await start(name)
    await page.goto(`${home}/sign-up`)
    await enter(page, EVE)
    await expectUser(page, name, EVE)
    const before = log.length
    await page.reload()
    await expectUser(page, name, EVE)
    expect(log.slice(before), 'the API is not asked').toEqual([])
  })

  test(`${name}: an admin signs in, opens the page for admins and reloads it`, async ({ page, start }) => {
    const { home } = await start(name)
    await page.goto(`${home}/admin`)
    await enter(page, ADA)
    await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
    await page.reload()
    await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
  })

  test(`${name}: ten requests at once with a token that the API refuses`, async ({ page, start }) => {
    const system = await start(name)
    await signIn(page, system.home, name)
    system.rotateSecret()
    if (!refresh) {
      await askUntil(page, () => expect(at(page, 'reason')).toHaveText('revoked', { timeout: 1000 }))
      return
    }
    await expect(async () => expect(await askTen(page)).toBe(ten(200))).toPass({ intervals: [300] })
    expect(count(system, refresh)).toBe(1)
  })

  test(`${name}: ten requests at once with a token that has expired`, async ({ page, start }) => {
    const system = await start(name, { lifetime: 4 })
    await signIn(page, system.home, name)
    await untilExpired(page)
    const answers = await askTen(page)
    if (!refresh) return expectReason(page, 'expired')
    expect(answers).toBe(ten(200))
    expect(count(system, refresh)).toBe(1)
  })

  test(`${name}: a user who is signed out elsewhere sees the sign-in page, with the reason`, async ({
    page,
    start,
  }) => {
    const system = await start(name)
    await signIn(page, system.home, name)
    system.forceLogout(ADA.email)
    // The tokens of S2 and S3 are valid until they expire. A refresh finds out earlier.
    if (refresh)
      await expect(async () => {
        if (await at(page, 'refresh').isVisible()) await at(page, 'refresh').click()
        await expect(at(page, 'reason')).toHaveText('revoked', { timeout: 1000 })
      }).toPass()
    else await askUntil(page, () => expect(at(page, 'reason')).toHaveText('revoked', { timeout: 1000 }))
    await page.reload()
    await expectReason(page, 'revoked')
    await enter(page, ADA)
    await expectUser(page, name)
  })
}
