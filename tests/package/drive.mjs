import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../scripts/run.mjs'
import { realms } from './realms.mjs'

const ADA = { email: 'ada@example.com', password: 'correct horse' }

// A development server that discovers a dependency late bundles it and reloads the page. Then the test starts again.
const ATTEMPTS = 5

/**
 * Runs the session test on the site with the vault in `shared`, `worker` or `page`.
 * `tolerated` has patterns for console errors of a tool that are not failures.
 */
export async function drive({ browser, url, api, apiUrl, vault, pages, tolerated = [] }) {
  for (let attempt = 1; ; attempt++) {
    api.sessions.reset()
    api.journal.reset()
    const context = await browser.newContext()
    context.setDefaultTimeout(30_000)
    try {
      const tab = await open(context, { vault })
      // A call into a closed page never settles.
      const limit = delay(
        120_000,
        { error: new Failure('the session test took longer than two minutes') },
        { ref: false },
      )
      const walk = session({ ...tab, url, api, apiUrl, vault, pages }).catch((error) => ({ error }))
      const outcome = await Promise.race([walk, limit])
      if (tab.disturbed() && attempt < ATTEMPTS) continue
      if (outcome?.error) throw explained(outcome.error, vault, tab.errors)
      const errors = tab.errors.filter((text) => !tolerated.some((pattern) => pattern.test(text)))
      if (errors.length) throw new Failure(`${vault}: the console shows errors`, errors.join('\n'))
      return
    } finally {
      await closed(context)
    }
  }
}

/** Closes it, or gives up after 5 s: Chromium may never answer when the page reloads at this moment. */
export const closed = (closable) =>
  Promise.race([closable.close().catch(() => {}), delay(5000, undefined, { ref: false })])

const explained = (error, vault, errors) =>
  new Failure(`${vault}: ${error.message}`, [error.output, ...errors].filter(Boolean).join('\n'))

/** A new page, and the errors that it reports. */
export async function watch(context) {
  const page = await context.newPage()
  const errors = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  return { page, errors }
}

/** A new page with a function to load it. `disturbed` says whether the page was also loaded in another way. */
async function open(context, { vault }) {
  const { page, errors } = await watch(context)
  if (vault === 'worker') await page.addInitScript('delete globalThis.SharedWorker')
  let loads = 0
  let ours = 0
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) loads++
  })
  const load = async (work) => {
    ours++
    await work()
    await until('window.auth to exist', () => page.evaluate(() => 'auth' in globalThis))
  }
  return { page, errors, load, disturbed: () => loads !== ours }
}

async function session({ page, errors, load, url, api, apiUrl, vault, pages }) {
  const me = `${apiUrl}/api/v1/me`
  const get = () => page.evaluate((me) => auth.fetch(me).then(({ status }) => status), me)
  const status = () => page.evaluate(() => auth.ready.then(({ status, reason }) => reason ?? status))
  const refreshes = () => api.journal.counts().refresh.total

  if (pages) expect("the server's page", (await (await fetch(url)).text()).includes('<h1>Home</h1>'), true)
  await load(() => page.goto(url))
  expect('the first status', await status(), 'never')
  expect('requests before the sign-in', api.journal.counts().requests, 0)
  await page.evaluate((ada) => auth.signIn(ada), ADA)
  expect('the first response', await get(), 200)

  await load(() => page.reload())
  expect('the status after a reload', await status(), 'authenticated')
  expect('the statuses shown after a reload', await page.evaluate(() => statuses), ['authenticated'])
  expect('the response after a reload', await get(), 200)
  expect('refreshes', refreshes(), vault === 'shared' ? 0 : 1)

  if (pages) {
    await page.evaluate(() => {
      globalThis.same = true
    })
    await page.click('a[href="/account"]')
    await page.waitForURL('**/account')
    await until('the user', async () => (await page.textContent('#session')) === ADA.email)
    expect('the document after a navigation', await page.evaluate(() => globalThis.same), true)
    expect('the response after a navigation', await get(), 200)
    await load(() => page.reload())
    await until('the user', async () => (await page.textContent('#session')) === ADA.email)
  }

  const found = await realms(page)
  const talking = found.filter(({ urls }) => urls.some((each) => each.startsWith(apiUrl)))
  expect('the realms that send requests to the API', [...new Set(talking.map(({ kind }) => kind))], [vault])
  errors.push(...found.flatMap((realm) => realm.errors))
}

export function expect(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Failure(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}

export async function until(what, condition) {
  const since = performance.now()
  // Calls into a page that is being replaced reject.
  while (!(await condition().catch(() => false))) {
    if (performance.now() - since > 30_000) throw new Failure(`waited for ${what} in vain`)
    await delay(50)
  }
}
