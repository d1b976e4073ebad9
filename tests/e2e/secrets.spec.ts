import { expect, signIn, test } from './fixtures.js'

const ACCESS = 'opaque-access-token'
const REFRESH = 'opaque-refresh-token'
const NUMBER = 12_345_678_901

const ANSWERS = [
  { title: 'a grant whose lifetime is not a number', status: 200, data: { ttl: 'soon' } },
  {
    title: 'a grant whose token is not a valid header value',
    status: 200,
    data: { at: `1|${ACCESS} with spaces` },
  },
  { title: 'a grant whose token is a number', status: 200, data: { at: NUMBER } },
  { title: 'a refusal', status: 422, data: {} },
  {
    title: 'a refusal with tokens in lists',
    status: 422,
    data: { at: [ACCESS], rt: { all: [REFRESH, NUMBER] } },
  },
  { title: 'a refusal with a token that is a short number', status: 422, data: { at: 4711 } },
  { title: 'a server error', status: 500, data: {} },
]

for (const { title, status, data } of ANSWERS) {
  test(`promise 3: after ${title}, the body of the error contains no token`, async ({
    api,
    open,
    page,
    site,
  }) => {
    site.options.refreshToken = 'body'
    site.options.fields = { accessToken: 'data.at', refreshToken: 'data.rt', expiresIn: 'data.ttl' }
    await open(page)
    const body = {
      data: { at: ACCESS, rt: REFRESH, ...data },
      note: `use ${REFRESH} next time`,
      by: { [REFRESH]: 1 },
      list: 'rt' in data || data.at === NUMBER ? [`${NUMBER} of ${REFRESH}`, NUMBER] : [],
      hint: 'kept',
      count: 12,
    }
    api.faults.add({ route: 'login', kind: 'answer', status, body: JSON.stringify(body) })
    const error = await page.evaluate(() =>
      auth.signIn({ email: 'a', password: 'b' }).catch((error) => JSON.stringify([error.code, error.body])),
    )
    expect(error).toContain('"hint":"kept","count":12')
    for (const secret of [ACCESS, REFRESH, NUMBER, 4711]) expect(error).not.toContain(String(secret))
  })
}

test('promise 3: the result of signIn and the user contain no token, also under other names and inside other texts', async ({
  api,
  open,
  page,
  site,
}) => {
  site.options.refreshToken = 'body'
  site.options.fields = { accessToken: 'data.at', refreshToken: 'data.rt', user: 'me' }
  await open(page)
  const me = { name: 'Ada', links: [`/feed?key=${ACCESS}`], [REFRESH]: 1, count: 12 }
  const body = JSON.stringify({ data: { at: ACCESS, rt: REFRESH, kind: 'session' }, me })
  api.faults.add({ route: 'login', kind: 'answer', body })
  const seen = await page.evaluate(async () => {
    const { body: answer } = await auth.signIn({ email: 'a', password: 'b' })
    return { answer, user: auth.snapshot.user }
  })
  const user = { name: 'Ada', count: 12 }
  expect(seen).toMatchObject({ answer: { data: { kind: 'session' }, me: user }, user })
  for (const secret of [ACCESS, REFRESH]) expect(JSON.stringify(seen)).not.toContain(secret)
})

for (const { title, status, name, value, credential } of [
  { title: 'the Authorization header without a scheme', status: 422, name: 'Authorization', value: ACCESS },
  {
    title: 'a custom header',
    status: 422,
    name: 'access-token',
    value: ACCESS,
    credential: { headers: ['access-token'] },
  },
  {
    title: 'a custom header with an invalid grant',
    status: 200,
    name: 'access-token',
    value: ACCESS,
    credential: { headers: ['access-token'] },
  },
]) {
  test(`promise 3: when the body of a ${status} repeats the token of ${title}, the error shows the body without it`, async ({
    api,
    open,
    page,
    site,
  }) => {
    site.options.fields = { expiresIn: 'ttl' }
    if (credential) Object.assign(site.options, { credential, refresh: undefined })
    await open(page)
    const headers = { [name]: value, 'Access-Control-Expose-Headers': name }
    const body = JSON.stringify({ ttl: 'soon', echo: `it was ${ACCESS}`, hint: 'kept' })
    api.faults.add({ route: 'login', kind: 'answer', status, headers, body })
    const error = await page.evaluate(() =>
      auth.signIn({ email: 'a', password: 'b' }).catch((error) => JSON.stringify([error.code, error.body])),
    )
    expect(error).toContain('kept')
    expect(error).not.toContain(ACCESS)
  })
}

test('promise 3: when the API puts a token into the reason of a refusal, the snapshot contains no token', async ({
  api,
  open,
  page,
  site,
}) => {
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

test('promise 3: an answer that encodes a token, or has it in a key or under another name, reaches the page without it', async ({
  api,
  open,
  page,
  site,
}) => {
  site.options.refreshToken = 'body'
  await open(page)
  const secret = 'opaque/access+token'
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
  const encoded = [
    encodeURIComponent(secret),
    btoa(secret),
    btoa(`ada:${secret}`),
    JSON.stringify({ t: secret }),
  ]
  const body = {
    access_token: secret,
    refresh_token: REFRESH,
    expires_in: 'soon',
    authToken: 'another-token-1',
    'Refresh-Token': 'another-token-2',
    note: `use ${jwt} from now on`,
    keys: Object.fromEntries(encoded.map((text) => [text, 1])),
    texts: encoded.map((text) => `it is ${text}!`),
    headers: { 'x-access-token': 'another-token-3' },
    hint: 'kept',
  }
  api.faults.add({ route: 'login', kind: 'answer', body: JSON.stringify(body) })
  const error = await page.evaluate(() =>
    auth.signIn({ email: 'a', password: 'b' }).catch((error) => JSON.stringify([error.code, error.body])),
  )
  expect(error).toContain('lifetime-invalid')
  expect(error).toContain('kept')
  for (const text of [secret, REFRESH, jwt, 'another-token', ...encoded])
    expect(error).not.toContain(JSON.stringify(text).slice(1, -1))
})
