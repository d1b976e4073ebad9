import { inTurns, measured, median, openPage } from './browser.mjs'

const ROUNDS = 5

/** The time from the start of the page's script to the answer to its first request with a token. */
async function firstAnswer(page) {
  const { status, millis } = await page.evaluate('window.answered ?? first()')
  if (status !== 200) throw new Error(`the first request was answered with ${status}`)
  return millis
}

/**
 * The start of a page whose user has a session: cold (a new browser profile with the cookie), after a reload, and in a new
 * tab beside an open one. In milliseconds.
 */
export async function measureStart(browser) {
  const times = {}
  const note = (name, kind, millis) => {
    times[name] ??= { cold: [], reload: [], tab: [] }
    times[name][kind].push(millis)
  }
  await inTurns(measured, ROUNDS, async ([name, path]) => {
    const url = `${browser.url}${path}&first`
    // The cookie and the shared state of a session, in a profile whose caches are empty.
    const before = await browser.newContext()
    const signedIn = await openPage(before, browser.url + path)
    await signedIn.evaluate('client.signIn()')
    const storageState = await before.storageState({ indexedDB: true })
    await before.close()
    const context = await browser.newContext({ storageState })
    const page = await openPage(context, url)
    note(name, 'cold', await firstAnswer(page))
    await page.reload()
    await page.waitForFunction('window.loaded')
    note(name, 'reload', await firstAnswer(page))
    note(name, 'tab', await firstAnswer(await openPage(context, url)))
    await context.close()
  })
  const medians = (of) =>
    Object.fromEntries(Object.entries(of).map(([kind, all]) => [kind, Math.round(median(all) * 10) / 10]))
  return Object.fromEntries(Object.entries(times).map(([name, of]) => [name, medians(of)]))
}
