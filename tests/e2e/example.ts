import { test as base, expect, type Page } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { serveExample } from '../../scripts/serve.mjs'
import { ADA } from './fixtures.js'

export { expect } from '@playwright/test'

type ExampleApi = ReturnType<typeof createApi> & {
  url: string
  controlUrl: string | undefined
  controlToken: string | undefined
  /** Stops the API, so that the server of the example answers 500 for it. */
  unplug(): Promise<void>
  plug(): Promise<void>
}

/** The Vue example as `npm start` serves it. */
export const test = base.extend<{ api: ExampleApi; url: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  api: async ({}, use) => {
    const api = createApi()
    const listen = (port: number) => api.listen({ port, controlPort: 0, host: '127.0.0.1' })
    let listening = await listen(0)
    const { url, controlUrl, controlToken } = listening
    const plug = async () => {
      listening = await listen(Number(new URL(url).port))
    }
    await use(Object.assign(api, { url, controlUrl, controlToken, unplug: () => listening.close(), plug }))
    await listening.close()
  },
  url: async ({ api }, use) => {
    const example = await serveExample({ port: 0, mode: 'preview', api })
    await use(example.url)
    await example.close()
  },
})

export const at = (page: Page, name: string) => page.locator(`[data-test="${name}"]`)

export async function signIn(page: Page, { email, password }: typeof ADA) {
  // Over BiDi, Playwright's `fill` appends to the text in a field of type email.
  await at(page, 'email').clear()
  await at(page, 'email').fill(email)
  await at(page, 'password').fill(password)
  await at(page, 'sign-in').click()
}

export async function openSignedIn(page: Page, url: string) {
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'note-count')).toBeVisible()
}

export async function openAnother(page: Page) {
  const opening = page.context().waitForEvent('page')
  await at(page, 'open-tab').click()
  const other = await opening
  await expect(at(other, 'note-count')).toBeVisible()
  return other
}

/** Waits until the token is older than 1 s. Until then, a 401 causes no refresh. */
export const outliveTrust = (page: Page) =>
  page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1050)))
