/** What the pages get to see of the tokens: nothing, in no response, cookie or storage. */
import type { BrowserContext, Page, Response } from '@playwright/test'
import { createSeal } from '../../js/server/seal.js'
import type { Session } from '../../js/server/session-types.js'
import { askTen, expectUser, factsOf, names, signIn } from './bff-story.js'
import { SECRET } from './build-pages.js'
import { ADA, at, expect, test } from './fixtures.js'

const COOKIE = '__Host-tokencell'

/** The secrets of the session that the cookie of the browser holds now. */
async function secretsOf(context: BrowserContext): Promise<string[]> {
  const sealed = (await context.cookies()).find(({ name }) => name === COOKIE)?.value ?? ''
  const session = await createSeal([SECRET]).open<Session>(sealed, 'session')
  if (!session) throw new Error('no session in the cookie')
  const { access, refresh, csrfToken, upstreamCookies } = session
  return [access, refresh, csrfToken, ...Object.values(upstreamCookies)].filter((text) => text !== undefined)
}

/** Records every response that the pages get, as a script of the page could read it. */
function record(page: Page) {
  const recorded: Promise<[place: string, text: string]>[] = []
  async function read(response: Response): Promise<[string, string]> {
    const headers = Object.entries(await response.allHeaders()).filter(([name]) => name !== 'set-cookie')
    const body = await response.text().catch(() => '')
    return [`response ${response.url()}`, `${JSON.stringify(headers)} ${body}`]
  }
  page.on('response', (response) => void recorded.push(read(response)))
  return () => Promise.all(recorded)
}

/** What a script of the page can read without a request. */
const readable = (page: Page): Promise<[place: string, text: string][]> =>
  page.evaluate(async () => [
    ['document.cookie', document.cookie],
    ['localStorage', JSON.stringify({ ...localStorage })],
    ['sessionStorage', JSON.stringify({ ...sessionStorage })],
    ['IndexedDB', JSON.stringify(await indexedDB.databases())],
    ['caches', JSON.stringify(await caches.keys())],
    ['history', JSON.stringify(history.state)],
    ['address', location.href],
    ['snapshot', JSON.stringify(globalThis.auth.snapshot)],
    ['document', document.documentElement.outerHTML],
  ])

const placesOf = (seen: [place: string, text: string][], secrets: readonly string[]) =>
  seen.filter(([, text]) => secrets.some((secret) => text.includes(secret))).map(([place]) => place)

const ME = { s0: '/users/current', s1: '/api/v1/me', 's2-pair': '/me', s3: '/api/auth/me' } as const

for (const name of names)
  test(`${name}: no response, cookie or storage that a script can read has a token`, async ({
    context,
    page,
    start,
  }) => {
    const system = await start(name, name === 's0' ? { lifetime: 6 } : {})
    const recorded = record(page)
    await signIn(page, system.home, name)
    const secrets = await secretsOf(context)
    const me = await fetch(system.url + ME[name], {
      headers: { authorization: `Bearer ${secrets[0]}`, cookie: `fingerprint=${secrets.at(-2)}` },
    })
    expect(me.status, 'the first secret is the token').toBe(200)
    if (factsOf(name).refresh || name === 's0') {
      system.setRole(ADA.email, 'user')
      await expect(async () => {
        await (name === 's0' ? askTen(page) : at(page, 'refresh').click())
        await expect(at(page, 'role')).toHaveText('user', { timeout: 1000 })
      }).toPass({ intervals: [300] })
      const next = await secretsOf(context)
      expect(next[0], 'another token').not.toBe(secrets[0])
      secrets.push(...next)
    }
    await page.reload()
    await expectUser(page, name, ADA, name === 's1' ? 'admin' : 'user')
    const seen = [...(await recorded()), ...(await readable(page))]
    expect(placesOf(seen, secrets)).toEqual([])
    const cookies = await context.cookies()
    expect(cookies.map((cookie) => [cookie.name, cookie.httpOnly])).toEqual([[COOKIE, true]])
    expect(seen.find(([place]) => place === 'IndexedDB')?.[1], 'no database').toBe('[]')
    expect(seen.find(([place]) => place === 'caches')?.[1], 'no cache').toBe('[]')
  })

test('the check finds a token in a response, a cookie and storage', async ({ context, page, start }) => {
  const { home } = await start('s3')
  const recorded = record(page)
  await signIn(page, home, 's3')
  const [token = ''] = await secretsOf(context)
  await page.route('**/leak', (route) => route.fulfill({ body: `{"token":"${token}"}` }))
  await page.evaluate(async (token) => {
    await (await fetch('/leak')).text()
    // biome-ignore lint/suspicious/noDocumentCookie: Firefox has no other way
    document.cookie = `token=${token}`
    localStorage.setItem('token', token)
    sessionStorage.setItem('token', token)
    document.title = token
    history.replaceState({ token }, '')
  }, token)
  const seen = [...(await recorded()), ...(await readable(page))]
  expect(placesOf(seen, [token])).toEqual([
    `response ${home}/leak`,
    'document.cookie',
    'localStorage',
    'sessionStorage',
    'history',
    'document',
  ])
})
