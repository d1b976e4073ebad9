import { at, cookieHeader, expect, openSignedIn, test } from '../apps.js'

test('promise 23: every route refuses a CSRF request with 403 and sends no request to the API', async ({
  api,
  app,
  context,
  page,
}) => {
  await openSignedIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
  const cookie = await cookieHeader(context)
  const before = api.journal.entries().length
  const forged = { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
  for (const [method, name] of [
    ['POST', '/api/auth/sign-in'],
    ['POST', '/api/auth/sign-out'],
    ['POST', '/api/auth/refresh'],
    ['GET', '/api/auth/session'],
    ['GET', '/api/v1/me'],
    ['POST', '/api/v1/notes'],
    ['DELETE', '/api/v1/notes'],
  ] as const)
    for (const headers of [forged, { ...forged, 'x-requested-with': 'x' }, { cookie }]) {
      const response = await fetch(app.url + name, { method, headers })
      expect([response.status, response.headers.get('x-tokencell-error')], `${method} ${name}`).toEqual([
        403,
        'csrf-refused',
      ])
    }
  expect(api.journal.entries()).toHaveLength(before)
})
