/**
 * S2: the same API by session cookie, preset `railsSession`. There is no token: the vault asks `/me`, and the CSRF token is in
 * a page of the server.
 */
import {
  ADA,
  answers,
  askTen,
  at,
  BOB,
  enter,
  enterOnServer,
  expect,
  expectReason,
  expectToldLater,
  expectUser,
  followTabs,
  outliveTrust,
  press,
  promoteAndDemote,
  refuseThenAdmit,
  replaceUser,
  signIn,
  signOutOffline,
  signUp,
  ten,
  test,
} from './story.js'

test('S2 session: after a sign-up, name and role are on the screen', async ({ page, start }) => {
  const system = await start('s2-session')
  await signUp(page, system.home)
  await expectUser(page, 'eve', 'user')
  expect(answers(system, 'POST /registration')).toEqual([201])
})

test('S2 session: a wrong password is refused, the right one signs in and leads to the wanted page', async ({
  page,
  start,
}) => {
  const system = await start('s2-session')
  await refuseThenAdmit(page, system.home)
  // The CSRF token was there before the first attempt.
  expect(answers(system, 'POST /session')).toEqual([401, 200])
})

test('S2 session: after a reload, name and role are on the screen', async ({ page, place, start }) => {
  const system = await start('s2-session')
  await signIn(page, system.home)
  await page.reload()
  await expectUser(page, 'Ada', 'admin')
  expect(answers(system, 'GET /me')).toEqual(place.outlivesReload ? [] : [200])
})

test('S2 session: the page for admins is closed to others, opens after a promotion, and closes with a demotion', async ({
  page,
  start,
}) => {
  const system = await start('s2-session')
  await promoteAndDemote(page, system, 'Bob')
})

test('S2 session: a forced sign-out is found by the next request; ten at once cause one check', async ({
  page,
  start,
}) => {
  const system = await start('s2-session')
  await signIn(page, system.home)
  await outliveTrust(page)
  system.forceLogout(ADA.email)
  expect(await askTen(page, `${system.url}/admin/users`)).toEqual({ statuses: ten(401), ends: ['revoked'] })
  await expectReason(page, 'revoked')
  expect(answers(system, 'GET /me')).toEqual([401])
})

test('S2 session: a write after the session has ended is refused twice, and leads to the sign-in page', async ({
  page,
  start,
}) => {
  const system = await start('s2-session')
  await signIn(page, system.home)
  await outliveTrust(page)
  system.forceLogout(ADA.email)
  await at(page, 'write').click()
  await expectReason(page, 'revoked')
  // First for the CSRF token of the old session, then for the missing user.
  expect(answers(system, 'POST /notes')).toEqual([422, 401])
})

test('S2 session: an idle limit of the server ends the session with the next request @full', async ({
  page,
  start,
}) => {
  const system = await start('s2-session', { idle: 1 })
  await signIn(page, system.home)
  await outliveTrust(page)
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
  await enter(page, ADA)
  await expectUser(page, 'Ada', 'admin')
})

test('S2 session: a sign-out while the API is down counts at once, and reaches the API when it is up again', async ({
  page,
  start,
}) => {
  const system = await start('s2-session')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  // With the sign-in, Rails has begun another session, whose CSRF token is fetched when the old one is refused.
  await expectToldLater(page, system, 'DELETE /session', [422, 204])
})

test('S2 session: both tabs follow a sign-in and a sign-out', async ({ context, page, start }) => {
  const { home } = await start('s2-session')
  await followTabs(context, page, home, true)
})

test('S2 session: another user who signs in in one tab replaces the user in both, and both can write', async ({
  context,
  page,
  start,
}) => {
  const system = await start('s2-session')
  const other = await replaceUser(context, page, system.home, { isShared: true, names: ['Ada', 'Bob'] })
  await expectUser(page, 'Bob', 'user')
  expect([await press(page, 'write'), await press(other, 'write')]).toEqual(['201', '201'])
})

test('S2 session: after the browser was closed and opened again, the sign-in page gives a reason @full', async ({
  place,
  restart,
  start,
}) => {
  const system = await start('s2-session')
  let page = await restart()
  await signIn(page, system.home)
  page = await restart()
  await page.goto(`${system.home}/admin`)
  if (!place.outlivesRestart) {
    // Rails sets the cookie for the time of the browser.
    await expectReason(page, 'expired')
    expect(answers(system, 'GET /me')).toEqual([401])
    await enter(page, ADA)
  }
  await expect(at(page, 'admin')).toBeVisible()
})

test('S2 session: after a sign-in on the page of the server, name and role are on the screen', async ({
  page,
  start,
}) => {
  const system = await start('s2-session')
  await page.goto(system.home)
  await at(page, 'server-sign-in').click()
  await enterOnServer(page, `${system.home}/account`, ADA)
  await expectUser(page, 'Ada', 'admin')
  expect(await press(page, 'write')).toBe('201')
  await page.reload()
  await expectUser(page, 'Ada', 'admin')
})

test('S2 session: another user who signs in on the page of the server in another tab is the user of both', async ({
  context,
  page,
  start,
}) => {
  const system = await start('s2-session')
  await signIn(page, system.home)
  const other = await context.newPage()
  await enterOnServer(other, `${system.home}/login`, BOB)
  await expectUser(other, 'Bob', 'user')
  await expectUser(page, 'Bob', 'user')
  expect(await press(page, 'write')).toBe('201')
  expect(answers(system, 'POST /notes').at(-1)).toBe(201)
})
