/** The steps that the stories of all systems have in common. */
import type { BrowserContext, Page } from '@playwright/test'
import type { Credentials } from 'tokencell'
import type { Place as Where } from '../build-pages.js'
import { ADA, at, BOB, test as base, enter, expect } from '../fixtures.js'
import type { Host } from '../host.js'

export { ADA, at, BOB, enter, expect } from '../fixtures.js'

export const EVE = { email: 'eve@example.com', password: 'long enough' }

/** What becomes of a session that has no cookie. */
interface Place {
  /** Whether all tabs have the session of the first one. */
  isShared: boolean
  /** Whether the session outlives a reload of the only tab. */
  outlivesReload: boolean
  /** Whether it outlives the end of the browser. */
  outlivesRestart: boolean
}

const placesIn = (engine: string): Record<Where, Place> => ({
  page: { isShared: false, outlivesReload: false, outlivesRestart: false },
  worker: { isShared: false, outlivesReload: false, outlivesRestart: false },
  // Firefox ends a shared worker with its last page.
  shared: { isShared: true, outlivesReload: engine === 'chromium', outlivesRestart: false },
  // The stories behind a BFF are in tests/systems/bff*.spec.ts.
  bff: { isShared: true, outlivesReload: true, outlivesRestart: true },
})

interface Fixtures {
  place: Place
}

export const test = base.extend<Fixtures>({
  place: ({ where, browserName }, use) => use(placesIn(browserName)[where]),
})

export async function signIn(page: Page, home: string, user = ADA) {
  await page.goto(home)
  await enter(page, user)
  await expect(at(page, 'name')).toBeVisible()
}

export async function signUp(page: Page, home: string, user = EVE) {
  await page.goto(`${home}/sign-up`)
  await enter(page, user)
}

/** The home page shows this user. */
export async function expectUser(page: Page, name: string, role: string) {
  await expect(at(page, 'name')).toHaveText(name)
  await expect(at(page, 'role')).toHaveText(role)
}

/** The sign-in page says why there is no session. */
export const expectReason = (page: Page, reason: string) => expect(at(page, 'reason')).toHaveText(reason)

/** Presses a button of the home page. Returns its answer. */
export async function press(page: Page, button: 'ask-ten' | 'refresh' | 'write') {
  await at(page, button).click()
  await expect(at(page, 'answers')).not.toBeEmpty()
  return (await at(page, 'answers').textContent()) ?? ''
}

export const ten = (status: number) => Array(10).fill(status).join(' ')

/**
 * Sends ten requests at once, also if the page that would show their statuses is left meanwhile. Resolves with the statuses
 * and with the reasons of each end of the session.
 */
export const askTen = (page: Page, url: string) =>
  page.evaluate(async (url) => {
    const ends: string[] = []
    const stop = auth.onEvent((event) => void (event.type === 'ended' && ends.push(event.reason)))
    const headers = { Accept: 'application/json' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => auth.fetch(url, { headers })))
    stop()
    return { statuses: answers.map(({ status }) => status).join(' '), ends }
  }, url)

/** Waits until the newest token is older than a second. A 401 to a younger one is not taken for the end of the session. */
export const outliveTrust = (page: Page) => page.evaluate(() => new Promise((done) => setTimeout(done, 1050)))

/** The answers to this request in the server's log. */
export const answers = ({ log }: Host, request: string) =>
  log.filter((line) => line.startsWith(`${request} `)).map((line) => Number(line.split(' ')[2]))

/** A browser tells its pages when the network is back. */
export const goOnline = (page: Page) => page.evaluate(() => void dispatchEvent(new Event('online')))

/** Signs in on the page that Rails renders, to which it sends a visitor of this URL. */
export async function enterOnServer(page: Page, url: string, { email, password }: typeof ADA) {
  await page.goto(url)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button').click()
}

/** Reloads the page of a signed-in user. If the vault has ended, the sign-in page says why, and the user signs in again. */
export async function reload(page: Page, { outlivesReload }: Place) {
  await page.reload()
  if (outlivesReload) return
  await expectReason(page, 'expired')
  await enter(page, ADA)
}

/** The API refuses the token of ten requests at once, and there is no refresh: the session ends once. */
export async function refuseTen(
  page: Page,
  system: Host & { home: string; rotateSecret(): void },
  url: string,
) {
  await signIn(page, system.home)
  await outliveTrust(page)
  system.rotateSecret()
  expect(await askTen(page, url)).toEqual({ statuses: ten(401), ends: ['revoked'] })
  await expectReason(page, 'revoked')
}

/** Ada is signed in in two tabs, and Bob signs in in the second one. Resolves with that tab. */
export async function replaceUser(
  context: BrowserContext,
  page: Page,
  home: string,
  { isShared, names: [ada, bob], credentials = BOB }: Replacement,
) {
  await signIn(page, home)
  const other = await context.newPage()
  await other.goto(home)
  if (!isShared) await enter(other, ADA)
  await expectUser(other, ada, 'admin')
  await other.evaluate((credentials) => auth.signIn(credentials), credentials)
  await expectUser(other, bob, 'user')
  return other
}

interface Replacement {
  /** Whether the second tab has the session of the first one. */
  isShared: boolean
  /** The names of Ada and Bob on the screen. */
  names: [ada: string, bob: string]
  /** The credentials of Bob, if the API wants another form. */
  credentials?: Credentials
}

/** A wrong password is refused on the sign-in page. The right one leads to the wanted page. */
export async function refuseThenAdmit(page: Page, home: string) {
  await page.goto(`${home}/admin`)
  await enter(page, { ...ADA, password: 'wrong' })
  await expect(at(page, 'problem')).toHaveText('refused 401')
  await enter(page, ADA)
  await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
}

/** Bob is promoted and demoted again. A refresh tells the pages each time. */
export async function promoteAndDemote(
  page: Page,
  { home, setRole }: { home: string; setRole(email: string, role: 'admin' | 'user'): void },
  name: string,
) {
  await signIn(page, home, BOB)
  await at(page, 'to-admin').click()
  await expect(at(page, 'forbidden')).toBeVisible()
  setRole(BOB.email, 'admin')
  await page.goBack()
  await press(page, 'refresh')
  await expectUser(page, name, 'admin')
  await at(page, 'to-admin').click()
  await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
  setRole(BOB.email, 'user')
  await page.evaluate(() => auth.refresh())
  await expect(at(page, 'forbidden')).toBeVisible()
}

/** Presses the button while the API is down. The sign-in page is there at once. */
export async function signOutOffline(page: Page, system: Host) {
  await system.unplug()
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
}

/** The API is up again, and learns of the sign-out. */
export async function expectToldLater(page: Page, system: Host, request: string, statuses: number[]) {
  await system.plug()
  await goOnline(page)
  await expect.poll(() => answers(system, request)).toEqual(statuses)
  await page.reload()
  await expectReason(page, 'signed-out')
}

/** A second tab waits on the sign-in page for the page for admins. Then the user signs in in the first one, and out again. */
export async function followTabs(context: BrowserContext, page: Page, home: string, isFollowed: boolean) {
  const other = await context.newPage()
  await other.goto(`${home}/admin`)
  await expectReason(other, 'never')
  await signIn(page, home)
  if (!isFollowed) await enter(other, ADA)
  await expect(at(other, 'admin')).toBeVisible()
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
  await expectReason(other, 'signed-out')
}

/** Ada signs in and restarts the browser. The page for admins is open then, or the sign-in page says why not. */
export async function restartSignedIn(restart: () => Promise<Page>, home: string, isSignedIn: boolean) {
  await signIn(await restart(), home)
  const page = await restart()
  await page.goto(`${home}/admin`)
  if (!isSignedIn) {
    await expectReason(page, 'expired')
    await enter(page, ADA)
  }
  await expect(at(page, 'admin')).toBeVisible()
}
