import { test as base, expect, type Page } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { serveExample } from '../../scripts/serve.mjs'
import { Canaries } from './canary.js'

const ADA = { email: 'ada@example.com', password: 'correct horse' }
const BOB = { email: 'bob@example.com', password: 'battery staple' }

const test = base.extend<{ api: ReturnType<typeof createApi>; url: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  api: async ({}, use) => use(createApi()),
  url: async ({ api }, use) => {
    const listening = await api.listen({ port: 0, controlPort: 0, host: '127.0.0.1' })
    const example = await serveExample({ port: 0, mode: 'preview', api: listening })
    await use(example.url)
    await example.close()
    await listening.close()
  },
})

const at = (page: Page, name: string) => page.locator(`[data-test="${name}"]`)

async function signIn(page: Page, { email, password }: typeof ADA) {
  // Over BiDi, Playwright adds to what is in a field of type email.
  await at(page, 'email').clear()
  await at(page, 'email').fill(email)
  await at(page, 'password').fill(password)
  await at(page, 'sign-in').click()
}

/** For a second, a 401 is not taken for the fault of a fresh token. */
const outliveTrust = (page: Page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1050)))

test('a deep link leads over the sign-in page to where it points', async ({ api, page, url }) => {
  await page.goto(`${url}/reports`)
  await expect(at(page, 'sign-in-form')).toBeVisible()
  expect(api.journal.entries().filter(({ path }) => path.startsWith('/api/'))).toEqual([])
  await signIn(page, ADA)
  await expect(at(page, 'page-reports')).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/reports')
  await page.reload()
  await expect(at(page, 'page-reports')).toBeVisible()
})

test('a wrong password is explained, and an admin page is for admins', async ({ page, url }) => {
  await page.goto(`${url}/admin`)
  await signIn(page, { ...BOB, password: 'wrong' })
  await expect(at(page, 'sign-in-error')).toBeVisible()
  await signIn(page, BOB)
  await expect(at(page, 'page-forbidden')).toBeVisible()
  await at(page, 'sign-out').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  await signIn(page, ADA)
  await expect(at(page, 'page-dashboard')).toBeVisible()
  await page.goto(`${url}/admin`)
  await expect(at(page, 'user-row').first()).toBeVisible()
})

test('promise 9: a revoked user lands on the sign-in page, which says why', async ({ page, url }) => {
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'page-dashboard')).toBeVisible()
  await expect(at(page, 'trouble-revoke')).toBeVisible()
  await outliveTrust(page)
  await at(page, 'trouble-revoke').click()
  await expect(at(page, 'trouble-outcome')).toBeVisible()
  await at(page, 'send-1').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  await expect(at(page, 'notice')).toHaveAttribute('data-reason', 'revoked')
})

test('the panel shows fifty requests on refused tokens, and one refresh', async ({ page, url }) => {
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'note-count')).toBeVisible()
  const before = Number(await at(page, 'refresh-count').textContent())
  await outliveTrust(page)
  await at(page, 'trouble-expire').click()
  await expect(at(page, 'trouble-outcome')).toBeVisible()
  await at(page, 'send-50').click()
  await expect(at(page, 'count-retried')).toHaveText('50')
  expect(Number(await at(page, 'refresh-count').textContent())).toBe(before + 1)
})

test('a redirect to elsewhere is not followed', async ({ page, url }) => {
  const elsewhere = [
    '//evil.test',
    '/\\evil.test',
    'https://evil.test',
    '/..//evil.test',
    '/%09/evil.test',
    'javascript:alert(1)',
  ]
  for (const wanted of elsewhere) {
    await page.goto(`${url}/sign-in?redirect=${encodeURIComponent(wanted)}`)
    await signIn(page, BOB)
    await expect(at(page, 'sign-out')).toBeVisible()
    expect(new URL(page.url()).origin, wanted).toBe(url)
    await at(page, 'sign-out').click()
    await expect(at(page, 'sign-in-form')).toBeVisible()
  }
})

test('promise 19: no token is in the state of Vue or Pinia, the DOM or anywhere else', async ({
  page,
  url,
}) => {
  const canaries = new Canaries(page)
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'note-count')).toBeVisible()
  await page.reload()
  await expect(at(page, 'note-count')).toBeVisible()
  expect(await canaries.tokens()).toHaveLength(2)
  expect(await canaries.findings(page)).toEqual([])
  await page.evaluate(
    ([token]) => {
      const app = document.querySelector('#app') as unknown as {
        __vue_app__: { config: { globalProperties: { $pinia: { state: { value: object } } } } }
      }
      Object.assign(app.__vue_app__.config.globalProperties.$pinia.state.value, { planted: { token } })
    },
    await canaries.tokens(),
  )
  expect(await canaries.findings(page), 'the search does reach into the stores').toEqual(['globals'])
})
