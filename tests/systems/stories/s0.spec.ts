/**
 * S0: a headless Rails with sliding sessions. There is no refresh: a token that is refused or has expired ends the session, so
 * ten requests at once get ten times 401. Its cookies last as long as the browser. It has no page to sign in on.
 *
 * A token counts only together with the cookie of its fingerprint, and a browser has one such cookie. If the tabs have vaults
 * of their own, a sign-in in one tab therefore ends the session in the other one.
 */
import {
  ADA,
  answers,
  askTen,
  at,
  BOB,
  expect,
  expectReason,
  expectToldLater,
  expectUser,
  followTabs,
  outliveTrust,
  press,
  refuseTen,
  refuseThenAdmit,
  reload,
  replaceUser,
  restartSignedIn,
  signIn,
  signOutOffline,
  signUp,
  ten,
  test,
} from './story.js'

const ME = '/users/current'

for (const tokenIn of ['header', 'body'] as const)
  test(`S0: after a sign-up with the token in the ${tokenIn}, the user is asked for once, and can write${tokenIn === 'body' ? ' @full' : ''}`, async ({
    page,
    start,
  }) => {
    const system = await start('s0', { tokenIn })
    await signUp(page, system.home)
    await expectUser(page, 'eve', 'user')
    expect(await press(page, 'write')).toBe('201')
    expect([answers(system, 'POST /users'), answers(system, `GET ${ME}`)]).toEqual([[201], [200]])
  })

test('S0: a wrong password is refused, the right one signs in and leads to the wanted page', async ({
  page,
  start,
}) => {
  const { home } = await start('s0')
  await refuseThenAdmit(page, home)
})

test('S0: after a reload, name and role are on the screen if the vault lives on, and else the reason', async ({
  page,
  place,
  start,
}) => {
  const { home } = await start('s0')
  await signIn(page, home)
  await reload(page, place)
  await expectUser(page, 'Ada', 'admin')
  // With the CSRF token of the sign-in.
  expect(await press(page, 'write')).toBe('201')
})

test('S0: a user who uses the pages stays signed in, and another role shows with the next token @full', async ({
  page,
  start,
}) => {
  const system = await start('s0', { lifetime: 8 })
  await signIn(page, system.home, BOB)
  const first = await page.evaluate(() => auth.snapshot.expiresAt ?? 0)
  await at(page, 'to-admin').click()
  await expect(at(page, 'forbidden')).toBeVisible()
  await page.goBack()
  system.setRole(BOB.email, 'admin')
  const slide = () => askTen(page, system.url + ME)
  await expect(async () => {
    await slide()
    await expect(at(page, 'role')).toHaveText('admin', { timeout: 250 })
  }).toPass()
  await at(page, 'to-admin').click()
  await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
  system.setRole(BOB.email, 'user')
  await expect(async () => {
    await slide()
    await expect(at(page, 'forbidden')).toBeVisible({ timeout: 250 })
  }).toPass()
  await page.waitForFunction((first) => Date.now() > first, first)
  expect((await slide()).statuses).toBe(ten(200))
})

test('S0: a user who does not use the pages is signed out without a click', async ({ page, start }) => {
  const { home } = await start('s0', { lifetime: 3 })
  await signIn(page, home)
  await expectReason(page, 'expired')
})

test('S0: ten requests at once with a token that the API refuses get ten times 401, and end the session once', async ({
  page,
  start,
}) => {
  const system = await start('s0')
  await refuseTen(page, system, system.url + ME)
})

test('S0: a forced sign-out ends the session with the next request @full', async ({ page, start }) => {
  const system = await start('s0')
  await signIn(page, system.home)
  await outliveTrust(page)
  system.forceLogout(ADA.email)
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
})

test('S0: without the cookie of its fingerprint a token is refused, and the session ends with a reason @full', async ({
  context,
  page,
  start,
}) => {
  const { home } = await start('s0')
  await signIn(page, home)
  await outliveTrust(page)
  await context.clearCookies({ name: 'fingerprint' })
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
})

test('S0: a write that is refused for its CSRF token is told, and the session goes on', async ({
  context,
  page,
  start,
}) => {
  const { home } = await start('s0')
  await signIn(page, home)
  await context.clearCookies({ name: 'csrf_token' })
  expect(await press(page, 'write')).toBe('403')
  expect(await press(page, 'ask-ten')).toBe(ten(200))
})

test('S0: a user sees all own sessions, and signs out the one on another device', async ({
  browser,
  page,
  start,
}) => {
  const system = await start('s0')
  const elsewhere = await browser.newContext()
  const other = await elsewhere.newPage()
  await signIn(other, system.home)
  await signIn(page, system.home)
  await at(page, 'to-sessions').click()
  await expect(at(page, 'session')).toHaveText([/elsewhere/, /here/])
  await outliveTrust(other)
  await at(page, 'end-session').click()
  await expect(at(page, 'session')).toHaveText([/here/])
  await at(other, 'ask-ten').click()
  await expectReason(other, 'revoked')
  await elsewhere.close()
  await page.goBack()
  expect(await press(page, 'ask-ten')).toBe(ten(200))
})

test('S0: a sign-out while the API is down counts at once, and reaches the API when it is up again', async ({
  page,
  start,
}) => {
  const system = await start('s0')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  await expectToldLater(page, system, 'DELETE /users/sign_out', [204])
})

test('S0: both tabs follow a sign-out; a sign-in only where they share a vault', async ({
  context,
  page,
  place,
  start,
}) => {
  const { home } = await start('s0')
  await followTabs(context, page, home, place.isShared)
})

test('S0: another user who signs in in one tab replaces the user in the other one, or ends the session there', async ({
  context,
  page,
  place,
  start,
}) => {
  const { home } = await start('s0')
  const other = await replaceUser(context, page, home, {
    isShared: place.isShared,
    names: ['Ada', 'Bob'],
  })
  expect(await press(other, 'write')).toBe('201')
  if (place.isShared) return expectUser(page, 'Bob', 'user')
  await outliveTrust(page)
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
})

test('S0: after the browser was closed and opened again, the sign-in page says that the session has expired @full', async ({
  place,
  restart,
  start,
}) => {
  const { home } = await start('s0')
  await restartSignedIn(restart, home, place.outlivesRestart)
})
