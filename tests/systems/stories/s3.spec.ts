/**
 * S3: Express with a refresh token in a cookie, preset `refreshCookie`.
 *
 * Express serves no page of its own to sign in on, so no story here begins on one.
 */
import {
  ADA,
  answers,
  askTen,
  at,
  BOB,
  EVE,
  expect,
  expectReason,
  expectToldLater,
  expectUser,
  followTabs,
  outliveTrust,
  press,
  promoteAndDemote,
  refuseThenAdmit,
  signIn,
  signOutOffline,
  signUp,
  ten,
  test,
} from './story.js'

test('S3: a visitor of the pages causes no request, and is asked to sign in', async ({ page, start }) => {
  const { home, log } = await start('s3')
  await page.goto(`${home}/admin`)
  await expectReason(page, 'never')
  expect(log.filter((line) => line.includes('/api/'))).toEqual([])
})

test('S3: after a sign-up, name and role are on the screen', async ({ page, start }) => {
  const system = await start('s3')
  await signUp(page, system.home)
  await expectUser(page, EVE.email, 'user')
  expect(answers(system, 'POST /api/auth/register')).toEqual([201])
})

test('S3: a wrong password is refused, the right one signs in and leads to the wanted page', async ({
  page,
  start,
}) => {
  const system = await start('s3')
  await refuseThenAdmit(page, system.home)
  // The sign-in has brought the user.
  expect(answers(system, 'GET /api/auth/me')).toEqual([])
})

test('S3: after a reload, name and role are on the screen, although a refresh brings no user', async ({
  page,
  place,
  start,
}) => {
  const system = await start('s3')
  await signIn(page, system.home)
  await page.reload()
  await expectUser(page, ADA.email, 'admin')
  const once = place.outlivesReload ? [] : [200]
  expect(answers(system, 'POST /api/auth/refresh')).toEqual(once)
  expect(answers(system, 'GET /api/auth/me')).toEqual(once)
})

test('S3: the page for admins is closed to others, opens after a promotion, and closes with a demotion', async ({
  page,
  start,
}) => {
  const system = await start('s3')
  await promoteAndDemote(page, system, BOB.email)
})

test('S3: ten requests at once with a token that the API refuses cause one refresh and succeed', async ({
  page,
  start,
}) => {
  const system = await start('s3')
  await signIn(page, system.home)
  await outliveTrust(page)
  system.rotateSecret()
  expect(await press(page, 'ask-ten')).toBe(ten(200))
  expect(answers(system, 'POST /api/auth/refresh')).toEqual([200])
})

test('S3: two tabs whose token is refused at the same moment never spend a refresh token twice @full', async ({
  context,
  page,
  place,
  start,
}) => {
  const system = await start('s3')
  await signIn(page, system.home)
  const other = await context.newPage()
  await other.goto(system.home)
  await expectUser(other, ADA.email, 'admin')
  await Promise.all([page, other].map(outliveTrust))
  const before = answers(system, 'POST /api/auth/refresh').length
  system.rotateSecret()
  const me = `${system.url}/api/auth/me`
  const asked = await Promise.all([askTen(page, me), askTen(other, me)])
  expect(asked.map(({ statuses }) => statuses)).toEqual([ten(200), ten(200)])
  expect(answers(system, 'POST /api/auth/refresh').slice(before)).toEqual(place.isShared ? [200] : [200, 200])
})

test('S3: if a copy of the refresh cookie was used elsewhere, the next refresh ends the session with a reason', async ({
  context,
  page,
  start,
}) => {
  const system = await start('s3')
  await signIn(page, system.home)
  const [copy] = await context.cookies()
  const headers = { cookie: `${copy?.name}=${copy?.value}` }
  await fetch(`${system.url}/api/auth/refresh`, { method: 'POST', headers })
  await at(page, 'refresh').click()
  await expectReason(page, 'revoked')
  expect(answers(system, 'POST /api/auth/refresh')).toEqual([200, 401])
})

test('S3: a session that an administrator has ended ends without a click when its token expires', async ({
  page,
  start,
}) => {
  const system = await start('s3', { lifetime: 3 })
  await signIn(page, system.home)
  system.forceLogout(ADA.email)
  await expectReason(page, 'revoked')
  await page.reload()
  await expect(at(page, 'reason')).toBeVisible()
})

test('S3: a sign-out while the API is down counts at once, and reaches the API when it is up again', async ({
  page,
  start,
}) => {
  const system = await start('s3')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  await expectToldLater(page, system, 'POST /api/auth/logout', [200])
})

test('S3: also if the tab was closed meanwhile @full', async ({ context, page, start }) => {
  const system = await start('s3')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  await page.close()
  await system.plug()
  const next = await context.newPage()
  await next.goto(system.home)
  await expectReason(next, 'signed-out')
  await expect.poll(() => answers(system, 'POST /api/auth/logout')).toContain(200)
})

test('S3: both tabs follow a sign-in and a sign-out', async ({ context, page, start }) => {
  const { home } = await start('s3')
  await followTabs(context, page, home, true)
})

test('S3: another user who signs in in one tab replaces the user in both', async ({
  context,
  page,
  start,
}) => {
  const { home } = await start('s3')
  await signIn(page, home)
  await at(page, 'to-admin').click()
  await expect(at(page, 'admin')).toBeVisible()
  const other = await context.newPage()
  await other.goto(home)
  await expectUser(other, ADA.email, 'admin')
  await other.evaluate((bob) => auth.signIn(bob), BOB)
  await expectUser(other, BOB.email, 'user')
  await expect(at(page, 'forbidden')).toBeVisible()
})

test('S3: after the browser was closed and opened again, the user is signed in', async ({
  restart,
  start,
}) => {
  const system = await start('s3')
  let page = await restart()
  await signIn(page, system.home)
  page = await restart()
  await page.goto(`${system.home}/admin`)
  await expect(at(page, 'admin')).toBeVisible()
  expect(answers(system, 'POST /api/auth/refresh')).toEqual([200])
  await page.goto(system.home)
  await expectUser(page, ADA.email, 'admin')
})
