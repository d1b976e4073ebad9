import type { Page } from '@playwright/test'
import { find, sweep } from '../e2e/canary.js'
import { doubtToken, expect, get, signIn, test } from './fixtures.js'

for (const tokenIn of ['body', 'header'] as const) {
  test(`promise 19: a token from the ${tokenIn} is in no place that page scripts can read`, async ({
    api,
    open,
    page,
    tokens,
  }) => {
    api.configure({ tokenIn })
    await open(page)
    await overhear(page)
    await page.evaluate(() => auth.signIn({ email: 'ada@example.com', password: 'wrong' }).catch(() => {}))
    const body = await signIn(page)
    expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
    await doubtToken(page, api)
    expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
    expect(tokens).toHaveLength(2)
    const places = { ...(await page.evaluate(sweep)), body: JSON.stringify(body) }
    expect(find(tokens, places)).toEqual([])
    await page.reload()
    await page.evaluate(() => auth.ready)
    await page.evaluate(() => auth.signOut())
    expect(tokens).toHaveLength(3)
    expect(find(tokens, await page.evaluate(sweep))).toEqual([])
  })
}

test('the search for tokens finds a token in the storage, in a global variable and in a message to the page', async ({
  open,
  page,
  tokens,
}) => {
  await open(page)
  await overhear(page)
  await signIn(page)
  const [token = ''] = tokens
  await page.evaluate(async (token) => {
    localStorage.setItem('x', token)
    sessionStorage.setItem('x', btoa(token))
    Object.assign(window, { planted: new Map([[{}, { deep: [token] }]]) })
  }, token)
  expect(find(tokens, await page.evaluate(sweep)).sort()).toEqual([
    'globals',
    'localStorage',
    'sessionStorage',
  ])
  await page.evaluate(async (token) => {
    localStorage.clear()
    sessionStorage.clear()
    Object.assign(window, { planted: undefined })
    const { port1, port2 } = new MessageChannel()
    port1.postMessage({ bytes: new TextEncoder().encode(token) })
    await new Promise((resolve) => {
      port2.onmessage = ({ data }) => resolve(data)
    })
  }, token)
  expect(find(tokens, await page.evaluate(sweep))).toEqual(['globals'])
})

/** Records the text of every message from a worker or another tab in a global variable, which the search reads. */
async function overhear(page: Page) {
  await page.evaluate(() => {
    const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data') ?? {}
    const overheard: string[] = []
    const text = (_: string, value: unknown) =>
      ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value
    Object.defineProperty(MessageEvent.prototype, 'data', {
      get() {
        const data = get?.call(this)
        overheard.push(JSON.stringify(data, text))
        return data
      },
    })
    Object.assign(window, { overheard })
  })
}
