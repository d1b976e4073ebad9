import type { Page } from '@playwright/test'
import { Canaries, find } from './canary.js'
import { ADA, type Api, doubtToken, expect, get, signIn, test } from './fixtures.js'
import { onWire, tapWires } from './wire.js'

/** Sign-in, requests, streams both ways, a refresh after a 401: all that a token is used for. */
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

/** Those of the lines that hold a token. */
const holding = ({ tokens }: Canaries, lines: readonly string[]) =>
  find(tokens, Object.fromEntries(lines.entries())).map((index) => lines[Number(index)])

for (const tokenIn of ['body', 'header'] as const) {
  test(`check D1: no message between page and vault holds a token that came in the ${tokenIn}`, async ({
    api,
    open,
    page,
    where,
  }) => {
    test.skip(where === 'page', 'there is nothing between them')
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
    for (const word of ['hello', 'welcome', 'sign-in', 'fetch', 'response', 'chunk', 'sign-out', 'snapshot'])
      expect([...words]).toContain(word)
    expect(canaries.tokens.length).toBeGreaterThan(1)
    expect(holding(canaries, lines)).toEqual([])
    expect(lines.join(), 'what the user typed goes in, and only there').toContain(ADA.password)
    expect(lines.filter((line) => line.startsWith('<')).join()).not.toContain(ADA.password)

    await page.evaluate(async (token) => {
      const { port1, port2 } = new MessageChannel()
      port2.start()
      const heard = new Promise((resolve) => port2.addEventListener('message', resolve))
      port1.postMessage({ deep: [{ bytes: new TextEncoder().encode(token) }] })
      await heard
    }, canaries.tokens[0])
    expect(holding(canaries, await onWire(page)), 'a planted one is found both ways').toHaveLength(2)
  })
}

test('check D2: what is broadcast is one of three words, and no datum', async ({
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
  test.skip(browserName !== 'chromium', 'only Chromium hands one out')
  test.setTimeout(120_000)
  const canaries = new Canaries(page, api)
  await open(page)
  await use(page, api)
  // The same in every place: the memory of the core is outside of the heap. In the page, canary.spec finds it there.
  expect(holding(canaries, await heap(page))).toEqual([])
  await page.evaluate((token) => Object.assign(window, { planted: { token } }), canaries.tokens[0])
  expect(holding(canaries, await heap(page)), 'a planted one is found').not.toEqual([])
})

/** All that the heap of the page holds, after the garbage has been collected; each text on a line of its own. */
async function heap(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot')
  await session.detach()
  return chunks.join('').split('\n')
}

declare global {
  var heard: unknown[]
}
