import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RequestSession } from '../../../js/server/index.js'
import { casesOf, THEMES, type ThemeName } from '../../e2e/fetch-parity/cases/index.js'
import { type Kit, makeKit, READINGS, type Run } from '../../e2e/fetch-parity/kit.js'
import { type Arrival, createParityServer } from '../../e2e/fetch-parity/server.js'
import { browse, SECRET } from './browser.js'

/** The themes that apply on a server: not those about pages, other origins, caches and referrers. */
const NAMES: ThemeName[] = [
  'statuses',
  'readings',
  'broken downloads',
  'aborts',
  'redirects',
  'bodies',
  'requests',
  'request headers',
  'urls',
  'streams',
]

/** These cases need a page. The last one needs a server that responds in time. */
const LEFT_OUT =
  /^(a form of an element|in a Cache|as the body of a Request|url (that is )?(relative|empty)|AbortSignal\.timeout)/

/** Intended differences. docs/guides/fetch-differences.md lists them. */
const DIFFERENCES: { titles: RegExp; why: string }[] = [
  { titles: /^header Cookie: /, why: 'The API does not get the cookies of the page.' },
  {
    titles: /^(no arguments|init of a number)/,
    why: 'As in the browser: the arguments count as `undefined`, and the number as no `init`.',
  },
  {
    titles:
      /^redirect to a data URL|^url ((data|about|file|ftp|odd|javascript|mailto|blob):|http:\/\/(user|localhost)|of (a Blob|the origin with a trailing dot))/,
    why: 'No request is sent to another origin. The AuthError names the reason.',
  },
  { titles: /^redirect of a form/, why: 'Node keeps the type of a body that a redirect has removed.' },
  { titles: /^POST of something with the prototype of FormData/, why: 'It is sent as text, not as a form.' },
  { titles: /^redirect, cloned/, why: '`redirected` is kept for the response, and not for its clone.' },
  { titles: /^abort before a call that is invalid/, why: 'The abort takes precedence.' },
]

const { listener, arrivals } = createParityServer()
const server = createServer((request, response) => {
  if (request.url !== '/login') return listener(request, response)
  request.resume()
  response.end('{"access_token":"secret-token"}')
})
let url: string
let session: RequestSession
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
  const browser = browse({ api: url, secret: SECRET, signIn: '/login' })
  await browser.signIn()
  session = browser.bff.open(browser.cookieHeader, false, browser.request('/'))
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** The time limit of a case, in milliseconds. It is long because the machine may be busy. */
const LIMIT = 20_000
const AT_ONCE = 8
const DATE = /\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g

async function resultOf(run: Run, fetch: Kit['fetch'], id: string): Promise<string> {
  const base = `${url}/api/parity`
  const kit = makeKit(fetch, id, { own: base, other: base, control: base, realm: globalThis })
  const late = new Promise((resolve) => setTimeout(resolve, LIMIT, 'NEVER SETTLES'))
  const result = await Promise.race([run(kit).catch((error) => `case failed: ${error.stack}`), late])
  const saw = await Promise.all((arrivals.get(id) ?? []).map(plain))
  return JSON.stringify({ saw, result: result ?? null }, null, 1)
    .replaceAll(id, 'id')
    .replace(DATE, 'date')
}

/** Requests with the token bypass caches, so `cache-control` and `pragma` differ from those of `fetch`. */
const plain = async ({
  closed,
  headers: { 'cache-control': _, pragma: __, ...headers },
  ...rest
}: Arrival) => ({
  ...rest,
  headers,
  closed: await closed,
})

test.each(NAMES)('promise 12: on servers auth.fetch equals fetch: %s', { timeout: 120_000 }, async (name) => {
  const made: Record<string, Run> = Object.assign({}, ...THEMES[name].themes.map((theme) => theme(READINGS)))
  const titles = casesOf(name)
    .map(({ title }) => title)
    .filter((title) => !LEFT_OUT.test(title))
  const queue = titles.map((title, at) => ({ title, id: `${name.replaceAll(' ', '-')}${at}` }))
  const differing: string[] = []
  const report: string[] = []
  async function work() {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { title, id } = next
      const run = made[title] as Run
      const [native, ours] = await Promise.all([
        resultOf(run, (...args) => fetch(...args), `${id}-native`),
        resultOf(run, (...args) => session.fetch(...args), `${id}-ours`),
      ])
      if (native === ours) continue
      differing.push(title)
      const only = (text: string, other: string) =>
        text
          .split('\n')
          .filter((l) => !other.split('\n').includes(l))
          .join(' ')
      report.push(`${title}\n  native ${only(native, ours)}\n  ours ${only(ours, native)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const isListed = (title: string) => DIFFERENCES.some((one) => one.titles.test(title))
  expect(report.filter((one) => !isListed(one)).join('\n'), 'cases that differ and are not listed').toBe('')
  expect(differing.toSorted()).toEqual(titles.filter(isListed).toSorted())
})
