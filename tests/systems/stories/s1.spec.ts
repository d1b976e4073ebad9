/**
 * S1: Rails with devise-jwt, preset `deviseJwt`. The API is on another origin than the pages.
 *
 * There is no refresh: a token that is refused or has expired ends the session, so ten requests at once get ten times 401.
 * There is no cookie: the session ends with the browser. Rails is an API only, so it has no page to sign in on.
 */
import {
  ADA,
  answers,
  askTen,
  at,
  BOB,
  EVE,
  enter,
  expect,
  expectReason,
  expectToldLater,
  expectUser,
  followTabs,
  goOnline,
  outliveTrust,
  refuseTen,
  refuseThenAdmit,
  reload,
  replaceUser,
  restartSignedIn,
  signIn,
  signOutOffline,
  signUp,
  test,
} from './story.js'

const ME = '/api/v1/me'

test('S1: after a sign-up, name and role are on the screen; a taken address is refused', async ({
  page,
  start,
}) => {
  const system = await start('s1')
  await signUp(page, system.home)
  await expectUser(page, EVE.email, 'user')
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
  await signUp(page, system.home)
  await expect(at(page, 'problem')).toHaveText('refused 422')
  expect(answers(system, 'POST /api/v1/signup')).toEqual([200, 422])
})

test('S1: a wrong password is refused, the right one signs in and leads to the wanted page', async ({
  page,
  start,
}) => {
  const { home } = await start('s1')
  await refuseThenAdmit(page, home)
})

test('S1: after a reload, name and role are on the screen if the vault lives on, and else the reason', async ({
  page,
  place,
  start,
}) => {
  const { home } = await start('s1')
  await signIn(page, home)
  await reload(page, place)
  await expectUser(page, ADA.email, 'admin')
})

test('S1: a promotion wants a new sign-in, after which the page for admins is open @full', async ({
  page,
  start,
}) => {
  const system = await start('s1')
  await signIn(page, system.home, BOB)
  await at(page, 'to-admin').click()
  await expect(at(page, 'forbidden')).toBeVisible()
  await page.goBack()
  await outliveTrust(page)
  system.setRole(BOB.email, 'admin')
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
  await enter(page, BOB)
  await expectUser(page, BOB.email, 'admin')
  await at(page, 'to-admin').click()
  await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
})

test('S1: after a demotion the page for admins is closed', async ({ page, start }) => {
  const system = await start('s1')
  await page.goto(`${system.home}/admin`)
  await enter(page, ADA)
  await expect(at(page, 'admin')).toBeVisible()
  await outliveTrust(page)
  system.setRole(ADA.email, 'user')
  await askTen(page, system.url + ME)
  await expectReason(page, 'revoked')
  await enter(page, ADA)
  await expect(at(page, 'forbidden')).toBeVisible()
})

test('S1: ten requests at once with a token that the API refuses get ten times 401, and end the session once', async ({
  page,
  start,
}) => {
  const system = await start('s1')
  await refuseTen(page, system, system.url + ME)
  expect(answers(system, `GET ${ME}`)).toEqual(Array(10).fill(401))
  // The API has ended the session, so there is nothing to tell it.
  expect(answers(system, 'DELETE /api/v1/logout')).toEqual([])
})

test('S1: a token that expires ends the session without a click', async ({ page, start }) => {
  const { home } = await start('s1', { lifetime: 3 })
  await signIn(page, home)
  await expectReason(page, 'expired')
})

test('S1: a forced sign-out ends the session with the next request', async ({ page, start }) => {
  const system = await start('s1')
  await signIn(page, system.home)
  await outliveTrust(page)
  system.forceLogout(ADA.email)
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
})

test('S1: a sign-out on one device ends the session on the other one @full', async ({
  browser,
  page,
  start,
}) => {
  const system = await start('s1')
  await signIn(page, system.home)
  const elsewhere = await browser.newContext()
  const other = await elsewhere.newPage()
  await signIn(other, system.home)
  await at(other, 'sign-out').click()
  await expectReason(other, 'signed-out')
  await elsewhere.close()
  await outliveTrust(page)
  await at(page, 'ask-ten').click()
  await expectReason(page, 'revoked')
})

test('S1: a sign-out while the API is down counts at once, and reaches the API when it is up again', async ({
  page,
  start,
}) => {
  const system = await start('s1')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  await expectToldLater(page, system, 'DELETE /api/v1/logout', [200])
})

test('S1: a reload while the API is down shows the sign-in page, and only a vault that lives on tells the API @full', async ({
  page,
  place,
  start,
}) => {
  const system = await start('s1')
  await signIn(page, system.home)
  await signOutOffline(page, system)
  await page.reload()
  await expectReason(page, 'signed-out')
  await system.plug()
  await goOnline(page)
  if (place.outlivesReload) await expect.poll(() => answers(system, 'DELETE /api/v1/logout')).toEqual([200])
  await signIn(page, system.home, BOB)
  await expectUser(page, BOB.email, 'user')
})

test('S1: a sign-out with a token that was revoked elsewhere looks like any other', async ({
  page,
  start,
}) => {
  const system = await start('s1')
  await signIn(page, system.home)
  system.forceLogout(ADA.email)
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
  await expect.poll(() => answers(system, 'DELETE /api/v1/logout')).toEqual([204])
})

test('S1: a sign-out reaches the API also when the token is about to expire', async ({ page, start }) => {
  const system = await start('s1', { lifetime: 4 })
  await signIn(page, system.home)
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
  await expect.poll(() => answers(system, 'DELETE /api/v1/logout')).toEqual([200])
})

test('S1: if the token expires before the API is up again, the vault does not take its 204 for a sign-out @full', async ({
  page,
  start,
}) => {
  const system = await start('s1', { lifetime: 3 })
  await signIn(page, system.home)
  const told = page.evaluate(
    () =>
      new Promise<unknown>((resolve) => {
        auth.onEvent((event) => {
          if (event.type === 'sign-out-pending' && event.retryAt === null) resolve(event)
        })
      }),
  )
  await signOutOffline(page, system)
  // Until then the vault tries, in vain.
  await told
  await system.plug()
  await signIn(page, system.home, BOB)
  expect(answers(system, 'DELETE /api/v1/logout')).toEqual([])
})

test('S1: both tabs follow a sign-out; a sign-in only where they share a vault', async ({
  context,
  page,
  place,
  start,
}) => {
  const { home } = await start('s1')
  await followTabs(context, page, home, place.isShared)
})

test('S1: another user who signs in in one tab replaces the user in each tab of this vault', async ({
  context,
  page,
  place,
  start,
}) => {
  const { home } = await start('s1')
  await replaceUser(context, page, home, {
    isShared: place.isShared,
    names: [ADA.email, BOB.email],
    credentials: { user: BOB },
  })
  if (place.isShared) await expectUser(page, BOB.email, 'user')
  else await expectUser(page, ADA.email, 'admin')
})

test('S1: after the browser was closed and opened again, the sign-in page says that the session has expired @full', async ({
  place,
  restart,
  start,
}) => {
  const { home } = await start('s1')
  await restartSignedIn(restart, home, place.outlivesRestart)
})
