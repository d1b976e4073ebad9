/**
 * S2: Rails with tokens of its own, preset `bodyPair`. Both tokens are in the vault only, so the session ends with it.
 *
 * A sign-in on the page of the server begins a session by cookie, of which these pages know nothing: the last story.
 */
import {
  ADA,
  answers,
  at,
  BOB,
  EVE,
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
  reload,
  replaceUser,
  restartSignedIn,
  signIn,
  signOutOffline,
  signUp,
  ten,
  test,
} from './story.js'

test('S2 pair: after a sign-up, name and role are on the screen', async ({ page, start }) => {
  const system = await start('s2-pair')
  await signUp(page, system.home)
  await expectUser(page, 'eve', 'user')
  expect(answers(system, 'POST /signup')).toEqual([201])
})

test('S2 pair: a wrong password is refused, the right one signs in and leads to the wanted page', async ({
  page,
  start,
}) => {
  const { home } = await start('s2-pair')
  await refuseThenAdmit(page, home)
})

test('S2 pair: after too many attempts the sign-in page says so, and a signed-in user stays signed in', async ({
  browser,
  page,
  start,
}) => {
  const system = await start('s2-pair')
  await signIn(page, system.home)
  const body = JSON.stringify({ ...BOB, password: 'wrong' })
  const headers = { 'content-type': 'application/json' }
  for (let count = 0; count < 9; count++)
    await fetch(`${system.url}/login`, { method: 'POST', headers, body })
  const elsewhere = await browser.newContext()
  const other = await elsewhere.newPage()
  await other.goto(system.home)
  await enter(other, BOB)
  await expect(at(other, 'problem')).toHaveText('unreachable 429')
  // Without `Retry-After`, the vault does not try again.
  expect(answers(system, 'POST /login').filter((status) => status === 429)).toEqual([429])
  await elsewhere.close()
  expect(await press(page, 'ask-ten')).toBe(ten(200))
})

test('S2 pair: after a reload, name and role are on the screen if the vault lives on, and else the reason', async ({
  page,
  place,
  start,
}) => {
  const { home } = await start('s2-pair')
  await signIn(page, home)
  // The user is known from the sign-in, because a refresh brings none.
  await press(page, 'refresh')
  await expectUser(page, 'Ada', 'admin')
  await reload(page, place)
  await expectUser(page, 'Ada', 'admin')
})

test('S2 pair: the page for admins is closed to others, opens after a promotion, and closes with a demotion', async ({
  page,
  start,
}) => {
  const system = await start('s2-pair')
  await promoteAndDemote(page, system, 'Bob')
})

test('S2 pair: after the secret was rotated, ten requests at once cause one refresh and succeed', async ({
  page,
  start,
}) => {
  const system = await start('s2-pair')
  await signIn(page, system.home)
  for (let count = 1; count <= 2; count++) {
    await outliveTrust(page)
    system.rotateSecret()
    expect(await press(page, 'ask-ten')).toBe(ten(200))
    expect(answers(system, 'POST /refresh')).toEqual(Array(count).fill(200))
  }
})

test('S2 pair: a session that an administrator has ended ends without a click when its token expires', async ({
  page,
  start,
}) => {
  const system = await start('s2-pair', { lifetime: 3 })
  await signIn(page, system.home)
  system.forceLogout(ADA.email)
  await expectReason(page, 'revoked')
  expect(answers(system, 'POST /refresh').filter((status) => status !== 200)).toEqual([401])
})

test('S2 pair: if the user is gone, the refresh answers 404 and the session ends with a reason', async ({
  page,
  start,
}) => {
  const system = await start('s2-pair')
  await signUp(page, system.home)
  await expectUser(page, 'eve', 'user')
  await outliveTrust(page)
  system.removeUser(EVE.email)
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
  expect(answers(system, 'POST /refresh')).toEqual([404])
})

test('S2 pair: a sign-out while the API is down counts at once, and reaches the API when it is up again', async ({
  page,
  start,
}) => {
  const system = await start('s2-pair')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  await expectToldLater(page, system, 'POST /logout', [204])
})

test('S2 pair: both tabs follow a sign-out; a sign-in only where they share a vault', async ({
  context,
  page,
  place,
  start,
}) => {
  const { home } = await start('s2-pair')
  await followTabs(context, page, home, place.isShared)
})

test('S2 pair: another user who signs in in one tab replaces the user in each tab of this vault', async ({
  context,
  page,
  place,
  start,
}) => {
  const { home } = await start('s2-pair')
  await replaceUser(context, page, home, {
    isShared: place.isShared,
    names: ['Ada', 'Bob'],
  })
  if (place.isShared) await expectUser(page, 'Bob', 'user')
  else await expectUser(page, 'Ada', 'admin')
})

test('S2 pair: after the browser was closed and opened again, the sign-in page says that the session has expired @full', async ({
  place,
  restart,
  start,
}) => {
  const { home } = await start('s2-pair')
  await restartSignedIn(restart, home, place.outlivesRestart)
})

test("S2 pair: a user of the server's own page is not signed in here, and two users do not mix @full", async ({
  context,
  page,
  start,
}) => {
  const { home } = await start('s2-pair')
  const server = await context.newPage()
  await enterOnServer(server, `${home}/account`, ADA)
  await page.goto(home)
  await expectReason(page, 'never')
  await enter(page, BOB)
  await expectUser(page, 'Bob', 'user')
  expect(await page.evaluate(async () => (await (await auth.fetch('/me')).json()).user.name)).toBe('Bob')
  await server.goto(`${home}/account`)
  await expect(server.getByRole('heading')).toHaveText('Ada')
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
  await server.reload()
  await expect(server.getByRole('heading')).toHaveText('Ada')
})
