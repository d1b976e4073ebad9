import { randomBytes } from 'node:crypto'
import type { Page } from '@playwright/test'
import { Canaries, find } from './canary.js'
import { expect, get, signIn, test } from './fixtures.js'
import { heapOfWorker } from './heap.js'

test.skip(
  ({ browserName, where }) => browserName !== 'chromium' || where !== 'worker',
  'Playwright reaches only the realm of a dedicated worker, and only in Chromium',
)

/** The vault file imports this script first. It stores the memory of the core in `globalThis.memory`. */
const KEEP = `
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args)
    globalThis.memory = Object.values(made.instance.exports).find((it) => it instanceof WebAssembly.Memory)
    return made
  }`

/** The bytes of the memory of the core, as text. */
const memoryOf = (page: Page) =>
  page.workers()[0]?.evaluate(() => new TextDecoder('latin1').decode(new Uint8Array(memory.buffer))) ?? ''

test.beforeEach(({ site }) => {
  site.beforeVault = '/keep.js'
  site.overrides.set('/keep.js', (response) => {
    response.setHeader('content-type', 'text/javascript').end(KEEP)
  })
})

test('after a sign-out, no token is in the memory of the core', async ({ api, open, page }) => {
  const canaries = new Canaries(page, api)
  await open(page)
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(find(canaries.tokens, { memory: await memoryOf(page) }), 'the control').toEqual(['memory'])
  await page.evaluate(() => auth.refresh())
  await page.evaluate(() => auth.signOut())
  expect(canaries.tokens).toHaveLength(2)
  expect(find(canaries.tokens, { memory: await memoryOf(page) })).toEqual([])
})

test('after a sign-out, no token is in the heap of the worker', async ({ api, open, page }) => {
  const canaries = new Canaries(page, api)
  await open(page)
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  await page.evaluate(() => auth.refresh())
  await page.evaluate(() => auth.signOut())
  const control = randomBytes(24).toString('hex')
  await page.workers()[0]?.evaluate((control) => Object.assign(globalThis, { control }), control)
  const heap = await heapOfWorker(page)
  expect(heap, 'the control').toContain(control)
  expect(find(canaries.tokens, { heap })).toEqual([])
})

declare global {
  var memory: WebAssembly.Memory
}
