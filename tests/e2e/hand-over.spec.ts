import { ADA, doubtToken, expect, get, status, test } from './fixtures.js'

/** What docs/moving/localstorage.md says about users who signed in before the application used tokencell. */
test('the refresh token of an application without tokencell becomes a session through an entry of `exchanges`, once', async ({
  api,
  open,
  page,
  site,
}) => {
  api.configure({ refreshTokenIn: 'body' })
  site.options = { ...site.options, refreshToken: 'body', exchanges: { handOver: '/api/v1/refresh' } }
  await open(page)
  // The old application signs in, and keeps the token in localStorage.
  const old = await page.evaluate(
    async ([url, ada]) => {
      const response = await fetch(`${url}/api/v1/login`, {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'app' },
        body: JSON.stringify(ada),
      })
      const { refresh_token: token } = await response.json()
      localStorage.setItem('refresh_token', token)
      return token as string
    },
    [api.url, ADA] as const,
  )
  expect(old).toBeTruthy()

  const handOver = () =>
    page.evaluate(() =>
      auth.signIn({ refresh_token: localStorage.getItem('refresh_token') }, { by: 'handOver' }).then(
        ({ status, body }) => [status, Object.keys(body as object)] as const,
        ({ code }) => [code] as const,
      ),
    )
  const [result, members] = await handOver()
  expect([result, members]).toEqual(['signed-in', ['user', 'token_type', 'expires_in']])
  expect(await page.evaluate(() => auth.snapshot.user?.email)).toBe(ADA.email)

  // From now on, only the vault has the refresh token that works.
  await doubtToken(page, api)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(api.journal.counts().refresh).toMatchObject({ ok: 2, reuse: 0 })
  expect(await status(page)).toBe('authenticated')
})
