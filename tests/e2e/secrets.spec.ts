import { expect, signIn, test } from './fixtures.js'

const ACCESS = 'opaque-access-token'
const REFRESH = 'opaque-refresh-token'

const ANSWERS = [
  { title: 'a grant whose lifetime is no number', status: 200, data: { ttl: 'soon' } },
  { title: 'a grant whose token no header can hold', status: 200, data: { at: `1|${ACCESS} with spaces` } },
  { title: 'a refusal', status: 422, data: {} },
  { title: 'an error of the server', status: 500, data: {} },
]

for (const { title, status, data } of ANSWERS) {
  test(`promise 3: the error of ${title} has no token in its body`, async ({ api, open, page, site }) => {
    site.options.refreshToken = 'body'
    site.options.fields = { accessToken: 'data.at', refreshToken: 'data.rt', expiresIn: 'data.ttl' }
    await open(page)
    const body = {
      data: { at: ACCESS, rt: REFRESH, ...data },
      note: `use ${REFRESH} next time`,
      by: { [REFRESH]: 1 },
      hint: 'kept',
    }
    api.faults.add({ route: 'login', kind: 'answer', status, body: JSON.stringify(body) })
    const error = await page.evaluate(() =>
      auth.signIn({ email: 'a', password: 'b' }).catch((error) => JSON.stringify([error.code, error.body])),
    )
    expect(error).toContain('kept')
    expect(error).not.toContain(ACCESS)
    expect(error).not.toContain(REFRESH)
  })
}

test('promise 3: the word of the API for a refusal is no token', async ({ api, open, page, site }) => {
  site.options.fields = { reason: 'why' }
  await open(page)
  await signIn(page)
  const body = JSON.stringify({ access_token: ACCESS, why: `${ACCESS} is over` })
  api.faults.add({ route: 'refresh', kind: 'answer', status: 401, body, times: 2 })
  api.tokens.expireAll()
  await page.evaluate(async (url) => {
    while (auth.snapshot.status === 'authenticated') await auth.fetch(url)
  }, `${api.url}/api/v1/me`)
  expect(await page.evaluate(() => JSON.stringify(auth.snapshot))).not.toContain(ACCESS)
})
