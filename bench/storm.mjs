import { inTurns, measured, median, openPage } from './browser.mjs'

const SIZES = [1, 10, 100, 1000, 10_000]
/** The large storms take minutes, so there is one round of each. */
const roundsOf = (count) => (count >= 1000 ? 1 : 3)
const TABS = 4

/** A request that is not answered in this time counts as failed. In milliseconds. */
const LIMIT = 60_000

/** Sends requests at the same moment, and counts those without the answer 200. */
const storm = (page, count) =>
  page.evaluate(
    async ([count, limit]) => {
      const began = performance.now()
      const late = new Promise((resolve) => setTimeout(resolve, limit, 'late'))
      const ask = (n) => Promise.race([client.get(`/data?n=16&at=${n}`).catch(String), late])
      const statuses = await Promise.all(Array.from({ length: count }, (_, n) => ask(n)))
      return {
        millis: performance.now() - began,
        failures: statuses.filter((status) => status !== 200).length,
      }
    },
    [count, LIMIT],
  )

/** Signs in, and waits until the token is older than a second: a younger one is refreshed by no client at once. */
async function signedIn(browser, path, tabs) {
  const context = await browser.newContext()
  const first = await openPage(context, browser.url + path)
  await first.evaluate('client.signIn()')
  const pages = [first]
  while (pages.length < tabs) pages.push(await openPage(context, browser.url + path))
  // Every tab has a token of its own before the measurement.
  for (const page of pages) await page.evaluate(`client.get('/data?n=16')`)
  await first.waitForTimeout(1100)
  return { context, pages }
}

/**
 * Requests on an expired token: with one tab, and with four tabs at once. The API is strict: a second use of a refresh token
 * ends the session.
 */
export async function measureStorm(browser) {
  const seen = {}
  const note = (name, key, result) => {
    seen[name] ??= {}
    seen[name][key] ??= []
    seen[name][key].push(result)
  }
  const once = async ([name, path], tabs, count) => {
    const { context, pages } = await signedIn(browser, path, tabs)
    await browser.post('/expire')
    const results = await Promise.all(pages.map((page) => storm(page, Math.ceil(count / tabs))))
    const { refreshes } = await browser.post('/counts')
    console.log(`  ${name}, ${count} in ${tabs}: ${JSON.stringify(results)}`)
    note(name, tabs === 1 ? count : `${count} in ${tabs} tabs`, {
      refreshes,
      failures: results.reduce((sum, { failures }) => sum + failures, 0),
      millis: Math.max(...results.map(({ millis }) => millis)),
    })
    await context.close()
  }
  for (const count of SIZES) await inTurns(measured, roundsOf(count), (client) => once(client, 1, count))
  await inTurns(measured, roundsOf(1000), (client) => once(client, TABS, 1000))
  const summary = (results) =>
    Object.fromEntries(
      ['refreshes', 'failures', 'millis'].map((key) => [
        key,
        round(median(results.map((result) => result[key]))),
      ]),
    )
  const ofClient = (results) =>
    Object.fromEntries(Object.entries(results).map(([key, of]) => [key, summary(of)]))
  return Object.fromEntries(Object.entries(seen).map(([name, results]) => [name, ofClient(results)]))
}

const round = (number) => Math.round(number * 10) / 10
