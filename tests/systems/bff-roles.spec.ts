/** Promotion and demotion behind a BFF: the newest of user and token decides, also in a new load of the page. */
import { askTen, askUntil, expectReason, expectUser, signIn } from './bff-story.js'
import { ADA, at, BOB, enter, expect, test } from './fixtures.js'

for (const name of ['s3', 's2-pair'] as const) {
  test(`${name}: a demoted user loses the page for admins at the next refresh`, async ({
    context,
    page,
    start,
  }) => {
    const system = await start(name)
    await signIn(page, system.home, name)
    system.setRole(ADA.email, 'user')
    await expect(async () => {
      await at(page, 'refresh').click()
      await expect(at(page, 'role')).toHaveText('user', { timeout: 1000 })
    }).toPass()
    await at(page, 'to-admin').click()
    await expect(at(page, 'forbidden')).toBeVisible()
    const next = await context.newPage()
    await next.goto(system.home)
    await expectUser(next, name, ADA, 'user')
    await next.goto(`${system.home}/admin`)
    await expect(at(next, 'forbidden')).toBeVisible()
  })

  test(`${name}: a promoted user gets the page for admins at the next refresh`, async ({ page, start }) => {
    const system = await start(name)
    await signIn(page, system.home, name, BOB)
    system.setRole(BOB.email, 'admin')
    await expect(async () => {
      await at(page, 'refresh').click()
      await expect(at(page, 'role')).toHaveText('admin', { timeout: 1000 })
    }).toPass()
    await page.goto(`${system.home}/admin`)
    await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
  })

  test(`${name}: a refresh that a request of the page needs shows the new role, too`, async ({
    page,
    start,
  }) => {
    const system = await start(name)
    await signIn(page, system.home, name)
    system.setRole(ADA.email, 'user')
    system.rotateSecret()
    await askUntil(page, () => expect(at(page, 'role')).toHaveText('user', { timeout: 1000 }))
  })
}

test('s0: the next token that the session slides to shows the new role', async ({ page, start }) => {
  const system = await start('s0', { lifetime: 6 })
  await signIn(page, system.home, 's0')
  system.setRole(ADA.email, 'user')
  await askUntil(page, () => expect(at(page, 'role')).toHaveText('user', { timeout: 1000 }))
  await page.goto(`${system.home}/admin`)
  await expect(at(page, 'forbidden')).toBeVisible()
  system.setRole(ADA.email, 'admin')
  await page.goto(system.home)
  await askUntil(page, () => expect(at(page, 'role')).toHaveText('admin', { timeout: 1000 }))
})

test('s0: ten requests at once bring ten next tokens, and the session goes on with one of them', async ({
  page,
  start,
}) => {
  const { home } = await start('s0', { lifetime: 6 })
  await signIn(page, home, 's0')
  const { expiresAt } = await page.evaluate(() => globalThis.auth.snapshot)
  // Longer than the first token lives.
  await askUntil(page, async () => expect(Date.now()).toBeGreaterThan((expiresAt ?? 0) + 1000))
  expect(await askTen(page)).toBe(Array(10).fill(200).join(' '))
})

test('s1: a change of the role refuses the token, and the next sign-in shows the new role', async ({
  page,
  start,
}) => {
  const system = await start('s1')
  await signIn(page, system.home, 's1')
  for (const role of ['user', 'admin'] as const) {
    system.setRole(ADA.email, role)
    await askUntil(page, () => expect(at(page, 'reason')).toHaveText('revoked', { timeout: 1000 }))
    await expectReason(page, 'revoked')
    await enter(page, ADA)
    await expectUser(page, 's1', ADA, role)
  }
})
