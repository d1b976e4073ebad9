import type { Page } from '@playwright/test'
import { Canaries, find } from './canary.js'
import { ADA, type Api, doubtToken, expect, get, signIn, test } from './fixtures.js'
import { heapOfPage } from './heap.js'
import { onWire, tapWires } from './wire.js'

/** Uses the token in every way: sign-in, requests, streams in both directions, a refresh after a 401. */
async function use(page: Page, api: Api) {
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  await page.evaluate(async (url) => {
    const body = new Blob(['some bytes']).stream()
    for (const size of [200_000, 2_000_000]) await (await auth.fetch(`${url}/bytes/${size}`)).arrayBuffer()
    await auth.fetch(`${url}/bytes`, { method: 'POST', body, duplex: 'half' } as RequestInit).catch(() => {})
  }, `${api.url}/api/v1`)
  await doubtToken(page, api)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
}

/** The lines that hold a token. */
const holding = ({ tokens }: Canaries, lines: readonly string[]) =>
  find(tokens, Object.fromEntries(lines.entries())).map((index) => lines[Number(index)])

for (const tokenIn of ['body', 'header'] as const) {
  test(`check D1: no message between page and vault holds a token that came in the ${tokenIn}`, async ({
    api,
    open,
    page,
    where,
  }) => {
    test.skip(where === 'page', 'a vault in the page exchanges no messages')
    api.configure({ tokenIn })
    const canaries = new Canaries(page, api)
    await tapWires(page)
    await open(page)
    await use(page, api)
    const before = await onWire(page)
    await page.reload()
    await page.evaluate(() => auth.ready)
    await page.evaluate(() => auth.signOut())
    const lines = [...before, ...(await onWire(page))]
    const words = new Set(lines.map((line) => / type: ([a-z-]+)/.exec(line)?.[1]))
    for (const word of ['hello', 'welcome', 'run', 'fetch', 'response', 'chunk', 'settled', 'snapshot'])
      expect([...words]).toContain(word)
    expect(canaries.tokens.length).toBeGreaterThan(1)
    expect(holding(canaries, lines)).toEqual([])
    expect(lines.join(), 'the password goes to the vault').toContain(ADA.password)
    expect(
      lines.filter((line) => line.startsWith('<')).join(),
      'the password does not come back',
    ).not.toContain(ADA.password)

    await page.evaluate(async (token) => {
      const { port1, port2 } = new MessageChannel()
      port2.start()
      const heard = new Promise((resolve) => port2.addEventListener('message', resolve))
      port1.postMessage({ deep: [{ bytes: new TextEncoder().encode(token) }] })
      await heard
    }, canaries.tokens[0])
    expect(holding(canaries, await onWire(page)), 'a planted token is found in both directions').toHaveLength(
      2,
    )
  })
}

test('check D2: the broadcast between tabs is one of three words, without data', async ({
  api,
  context,
  open,
  page,
}) => {
  const canaries = new Canaries(page, api)
  await open(page)
  const spy = await context.newPage()
  await open(spy)
  await spy.evaluate(() => {
    window.heard = []
    new BroadcastChannel('tokencell').onmessage = ({ data }) => heard.push(data)
  })
  await use(page, api)
  await page.evaluate(() => auth.signOut())
  await spy.waitForFunction(() => heard.includes('signed-out'))
  const words = await spy.evaluate(() => heard)
  expect([...new Set(words)].sort()).toEqual(expect.arrayContaining(['signed-in', 'signed-out']))
  for (const word of words) expect(['changed', 'signed-in', 'signed-out']).toContain(word)
  expect(holding(canaries, words.map(String))).toEqual([])
})

test('check B3: a heap snapshot of the page holds no token', async ({ api, browserName, open, page }) => {
  test.skip(browserName !== 'chromium', 'only Chromium gives a heap snapshot')
  test.setTimeout(120_000)
  const canaries = new Canaries(page, api)
  await open(page)
  await use(page, api)
  // This holds for every place of the vault, because the memory of the core is not in the heap. canary.spec.ts reads it.
  expect(holding(canaries, (await heapOfPage(page)).split('\n'))).toEqual([])
  await page.evaluate((token) => Object.assign(window, { planted: { token } }), canaries.tokens[0])
  expect(holding(canaries, (await heapOfPage(page)).split('\n')), 'a planted token is found').not.toEqual([])
})

declare global {
  var heard: unknown[]
}
