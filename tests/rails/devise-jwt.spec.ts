import { presets } from '../../js/presets.js'
import { startRails } from '../../scripts/rails.mjs'
import { expect, get, signIn, status, test } from './fixtures.js'
import { ADA } from './raw.js'

const start = (strategy: string, origin = '') =>
  startRails({ STRATEGY: strategy, API_CORS_ORIGINS: origin }, 'tests/rails/devise-jwt')

const signInRaw = async (url: string) => {
  const body = JSON.stringify({ user: ADA })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/users/sign_in`, { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  return { authorization: response.headers.get('authorization') ?? '' }
}

/** For each strategy of devise-jwt, the README says whether a sign-out also ends the sessions of other devices. */
for (const [strategy, others] of [
  ['JTIMatcher', 401],
  ['Denylist', 200],
  ['Allowlist', 200],
] as const)
  test(`devise-jwt with ${strategy}: after a sign-out, a request of another device of the user gets ${others}`, async () => {
    const { url, end } = await start(strategy)
    const [here, there] = [await signInRaw(url), await signInRaw(url)]
    const me = async (headers: HeadersInit) => (await fetch(`${url}/me`, { headers })).status
    expect([await me(here), await me(there)]).toEqual([200, 200])
    const signOut = (headers: HeadersInit) =>
      fetch(`${url}/users/sign_out`, { method: 'DELETE', headers }).then(({ status }) => status)
    expect(await signOut(here)).toBe(204)
    expect([await me(here), await me(there)]).toEqual([401, others])
    // A sign-out without a token revokes nothing, and answers 204 as well.
    expect(await signOut({})).toBe(204)
    await end()
  })

test('preset deviseJwt: sign-in, requests and sign-out work against devise-jwt at its default paths', async ({
  open,
  page,
  site,
}) => {
  const { url, end } = await start('JTIMatcher', new URL(site.url).origin)
  const origin = url.replace('127.0.0.1', 'localhost')
  site.options = { ...presets.deviseJwt, origins: [origin] }
  await open(page)
  await signIn(page, ADA)
  expect([await status(page), await get(page, `${origin}/me`)]).toEqual(['authenticated', 200])
  await page.evaluate(() => auth.signOut())
  expect([await status(page), await get(page, `${origin}/me`)]).toEqual(['signed-out', 401])
  await end()
})
