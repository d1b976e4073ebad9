import { attack } from './attack.js'
import { Canaries, find } from './canary.js'
import { doubtToken, expect, get, signIn, status, test } from './fixtures.js'
import { onWire, tapWires } from './wire.js'

test.skip(({ where }) => where === 'page', 'a vault in the page has no port')

test('check D4: hostile messages on the port stop no request, send no token elsewhere and reveal no token', async ({
  api,
  open,
  page,
  site,
}) => {
  const canaries = new Canaries(page, api)
  const reached: string[] = []
  site.overrides.set('/outside', (response) => {
    reached.push(response.req.headers.authorization ?? 'no token')
    response.end('outside')
  })
  site.first = `window.trouble = []; new BroadcastChannel('trouble').onmessage = ({ data }) => trouble.push(data)`
  await tapWires(page)
  await open(page)
  await signIn(page)
  const slow = page.evaluate(
    (url) =>
      auth
        .fetch(url)
        .then((response) => response.arrayBuffer())
        .catch(() => {}),
    `${api.url}/api/v1/bytes/200000`,
  )
  const answers = await page.evaluate(attack, { api: api.url, outside: site.url })
  expect(new Set(answers)).toEqual(new Set(['failed', 'response']))
  await slow
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  await doubtToken(page, api)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(await status(page)).toBe('authenticated')

  expect(await page.evaluate(() => trouble)).toEqual([])
  // The page can send such requests itself, so the vault refuses them.
  expect(reached).toEqual([])
  expect(find(canaries.tokens, { wire: (await onWire(page)).join('\n') })).toEqual([])
  const asked = api.journal.entries().map(({ method, path }) => `${method} ${path}`)
  // Two of them are sign-ins without credentials or with broken JSON, which the API refuses.
  expect(asked.filter((line) => line === 'POST /api/v1/login')).toHaveLength(3)
  // One for the 401, and one for the hundred messages that claim a return from the back/forward cache.
  expect(asked.filter((line) => line === 'POST /api/v1/refresh')).toHaveLength(2)
})

test('known limit F1: a page that calls the refresh endpoint gets a new token, by auth.fetch as by fetch, but never the token of the vault', async ({
  api,
  open,
  page,
}) => {
  const canaries = new Canaries(page, api)
  await open(page)
  await signIn(page)
  const refresh = {
    method: 'POST',
    credentials: 'include',
    headers: { 'x-requested-with': 'tokencell' },
  } as const
  const answers = await page.evaluate(
    async ([url, init]) => [
      await (await fetch(url, init)).text(),
      await (await auth.fetch(url, init)).text(),
    ],
    [`${api.url}/api/v1/refresh`, refresh] as const,
  )
  const [, ...own] = canaries.tokens
  expect(own).toHaveLength(2)
  expect(
    find(own, Object.fromEntries(answers.entries())),
    'each response has a new token, not the one in the vault',
  ).toHaveLength(2)
  expect(find(canaries.tokens.slice(0, 1), { answers: answers.join() })).toEqual([])
})

declare global {
  var trouble: string[]
}
