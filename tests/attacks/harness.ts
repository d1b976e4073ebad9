import type { Browser, Page } from '@playwright/test'
import { find, recordTokens } from '../e2e/canary.js'
import { ADA, type Api, BOB } from '../e2e/fixtures.js'
import type { Site } from '../e2e/site.js'
import type { Check, Moment, Place, Targets } from './check.js'
import type { openEvil } from './evil.js'
import { kit } from './kit.js'

/** What became of an attack: it has seen a token, it has not, or the page no longer signs in because of it. */
export type Outcome = 'leaked' | 'kept' | 'stopped'

export interface Scene {
  browser: Browser
  place: Place
  site: Site
  api: Api
  evil: Awaited<ReturnType<typeof openEvil>>
}

/**
 * Runs an attack once, in a context of its own, and searches everything that it has seen for the tokens that the API has
 * issued. With `isWeak`, the console is not searched, because the weak client always writes its token there.
 */
export async function run(check: Check, moment: Moment, scene: Scene, isWeak = false): Promise<Outcome> {
  const { browser, place, site, api, evil } = scene
  const targets = { api: place === 'bff' && !isWeak ? site.url : api.url, site: site.url, evil: evil.url }
  check.serve?.(site)
  const context = await browser.newContext()
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(`${error} ${error.stack}`))
  const tokens = recordTokens(api)
  evil.seen.length = 0
  try {
    const isSignedIn = await play(page, check, moment, targets)
    if (check.signsOut) await page.evaluate(() => auth.signOut())
    check.prepare?.(api, targets, tokens.issued)
    if (check.reap) await page.evaluate(check.reap, targets).catch(() => {})
    await settle(page)
    const inspected = await check.inspect?.(page)
    const seen = await page.evaluate(() => window.loot.join('\n'))
    const sinks = { seen, evil: evil.seen.join('\n'), inspected: inspected ?? '' }
    const places = isWeak ? sinks : { ...sinks, said: said.join('\n'), url: page.url() }
    if (find(tokens.issued, places).length > 0) return 'leaked'
    return isSignedIn ? 'kept' : 'stopped'
  } finally {
    tokens.stop()
    api.faults.reset()
    await context.close()
  }
}

/** Opens the page, arms the attack at its moment and uses the client. Returns whether the second user is signed in. */
async function play(page: Page, { arm }: Check, moment: Moment, targets: Targets) {
  // One script, because the order of several is not defined. `addInitScript` does not accept the text of a method.
  const source = String(arm)
  const armed = `({ ${source.startsWith('arm(') ? source : `arm: ${source}`} }).arm(${JSON.stringify(targets)})`
  await page.addInitScript({ content: `(${kit})();${arm && moment === 'before' ? armed : ''}` })
  await page.goto(targets.site)
  await page.waitForFunction(() => 'auth' in window)
  await page.evaluate(() => auth.ready.then(() => {}))
  if (arm && moment === 'started') await page.evaluate(arm, targets)
  await signIn(page, ADA)
  if (arm && moment === 'signed in') await page.evaluate(arm, targets)
  await get(page, `${targets.api}/api/v1/me`)
  await get(page, `${targets.api}/api/v1/nothing`)
  const isSignedIn = await signIn(page, BOB)
  await get(page, `${targets.api}/api/v1/me`)
  return isSignedIn
}

/** At most 5 s, because an attack may stop the client. */
const signIn = (page: Page, credentials: typeof ADA) =>
  page.evaluate(
    (credentials) =>
      Promise.race([
        auth.signIn(credentials).then(
          () => true,
          () => false,
        ),
        new Promise<boolean>((resolve) => setTimeout(resolve, 5_000, false)),
      ]),
    credentials,
  )

const get = (page: Page, url: string) =>
  page.evaluate(
    (url) =>
      Promise.race([
        auth.fetch(url).then(
          (answer) => answer.text().then(() => {}),
          () => {},
        ),
        new Promise<void>((resolve) => setTimeout(resolve, 5_000)),
      ]),
    url,
  )

/** Waits until messages that were sent before have arrived: one goes through a broadcast channel and a port. */
const settle = (page: Page) =>
  page.evaluate(async () => {
    const [from, to] = [new BroadcastChannel('settled'), new BroadcastChannel('settled')]
    const arrived = new Promise((resolve) => {
      to.onmessage = resolve
    })
    from.postMessage(1)
    await arrived
    from.close()
    to.close()
  })
