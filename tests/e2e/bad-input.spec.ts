import { ADA, doubtToken, expect, get, outliveTrust, signIn, status, test } from './fixtures.js'

const encode = (text: string) => Buffer.from(text).toString('base64url')
const jwt = (payload: string) => `${encode('{"alg":"HS256"}')}.${encode(payload)}.c2lnbmF0dXJl`
const grant = (payload: string) => JSON.stringify({ access_token: jwt(payload) })
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** Responses that a server may send instead of a token, with the expected error code. */
const answers: [name: string, body: string, code: string][] = [
  ['HTML', '<!doctype html><title>Sign in</title>', 'body-malformed'],
  ['broken JSON', '{"access_token":"eyJ', 'body-malformed'],
  ['five megabytes', JSON.stringify({ access_token: 'x'.repeat(5 * 1024 * 1024) }), 'body-malformed'],
  ['a token of 100 KB', JSON.stringify({ access_token: 'x'.repeat(100 * 1024) }), 'token-too-large'],
  ['a token under another name', '{"token":"opaque"}', 'token-missing'],
  ['null', 'null', 'token-missing'],
  ['a number', '7', 'token-missing'],
  ['an array', '[{"access_token":"x"}]', 'token-missing'],
  ['a token that is no string', '{"access_token":{"value":"x"}}', 'token-missing'],
  ['an empty token', '{"access_token":""}', 'token-missing'],
  ['a token in the prototype', '{"__proto__":{"access_token":"polluted"}}', 'token-missing'],
  ['a token with a line break', '{"access_token":"a\\r\\nX-Evil: 1"}', 'token-malformed'],
  ['a token beyond Latin-1', '{"access_token":"tökən"}', 'token-malformed'],
  ['claims that are no JSON', grant('{'), 'claims-malformed'],
  ['claims that are an array', grant('[]'), 'claims-malformed'],
  ['claims that are null', grant('null'), 'claims-malformed'],
  ['claims that are no UTF-8', JSON.stringify({ access_token: 'eyJh.gICA.x' }), 'claims-malformed'],
  ['exp as NaN', grant('{"iat":0,"exp":NaN}'), 'claims-malformed'],
  ['exp as a string', grant('{"iat":0,"exp":"900"}'), 'claims-malformed'],
  ['exp as an object', grant('{"iat":0,"exp":{}}'), 'claims-malformed'],
  ['exp negative', grant('{"iat":0,"exp":-1}'), 'lifetime-invalid'],
  ['exp as 1e308', grant('{"iat":0,"exp":1e308}'), 'lifetime-invalid'],
  ['exp before iat', grant('{"iat":900,"exp":0}'), 'lifetime-invalid'],
  ['deep claims', grant(`{"x":${deep(100_000)}}`), 'token-too-large'],
  ['claims nested 1000 levels deep', grant(`{"x":${deep(1000)}}`), 'claims-malformed'],
  ['expires_in negative', '{"access_token":"opaque","expires_in":-5}', 'lifetime-invalid'],
  ['expires_in as a string', '{"access_token":"opaque","expires_in":"soon"}', 'lifetime-invalid'],
  ['expires_in as 1e999', '{"access_token":"opaque","expires_in":1e999}', 'lifetime-invalid'],
]

test.describe.configure({ mode: 'default' })

test('bad input: a sign-in response without a valid grant rejects with a specific error code, and no user is signed in', async ({
  api,
  open,
  page,
}) => {
  const trouble: string[] = []
  page.on('pageerror', (error) => trouble.push(String(error)))
  await open(page)
  for (const [name, body, code] of answers) {
    api.faults.add({
      route: 'login',
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body,
    })
    const failed = await page.evaluate(
      (ada) =>
        auth
          .signIn(ada)
          .then(String, (error) => ({ name: error.name, code: error.code, text: `${error} ${error.stack}` })),
      ADA,
    )
    expect(failed, name).toMatchObject({ name: 'AuthError', code })
    expect((failed as { text: string }).text, name).not.toMatch(/eyJ|xxxx|opaque|polluted/)
    expect(await status(page), name).toBe('never')
  }
  await signIn(page)
  expect(await status(page)).toBe('authenticated')
  expect(trouble).toEqual([])
})

test('bad input: a refresh response without a valid grant leaves the session as it was', {
  tag: '@full',
}, async ({ api, open, page }) => {
  test.slow()
  await open(page)
  for (const [name, body] of answers) {
    await signIn(page)
    await outliveTrust(page)
    api.faults.add({ route: 'me', kind: 'status', status: 401 })
    api.faults.add({
      route: 'refresh',
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body,
    })
    const failed = page.evaluate(
      () =>
        new Promise((resolve) =>
          auth.onEvent((event) => event.type === 'refresh-failed' && resolve(event.failure)),
        ),
    )
    const controller = page.evaluate((url) => void auth.fetch(url).catch(() => {}), `${api.url}/api/v1/me`)
    expect(await failed, name).toBe('malformed')
    await controller
    expect(await status(page), name).toBe('authenticated')
    expect(await get(page, `${api.url}/api/v1/notes`), name).toBe(200)
  }
})

test('bad input: a sign-in response with a valid token and deeply nested JSON signs in or fails with body-malformed', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  const body = `{"access_token":"opaque","expires_in":60,"deep":${deep(100_000)}}`
  api.faults.add({
    route: 'login',
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body,
  })
  const outcome = await page.evaluate(
    (ada) =>
      auth.signIn(ada).then(
        () => 'fine',
        ({ code }) => code,
      ),
    ADA,
  )
  expect(['fine', 'body-malformed']).toContain(outcome)
  expect(await status(page)).toBe(outcome === 'fine' ? 'authenticated' : 'never')
})

test('bad input: the error for an invalid option names the option', async ({ page, site, api }) => {
  const good = site.options
  const cases: [options: object, code: string, option: string][] = [
    [{ ...good, signIn: undefined }, 'endpoint-missing', 'signIn'],
    [{ ...good, refresh: 'https://evil.test/refresh' }, 'endpoint-outside-origins', 'refresh'],
    [{ ...good, refresh: '//evil.test/refresh' }, 'endpoint-outside-origins', 'refresh'],
    [{ ...good, signOut: { path: 7 } }, 'option-invalid', 'signOut.path'],
    [{ ...good, origins: [] }, 'origins-missing', 'origins'],
    [{ ...good, origins: ['http://example.com'] }, 'origin-insecure', 'origins'],
    [{ ...good, origins: ['https://example.com/api'] }, 'origin-malformed', 'origins'],
    [{ ...good, origins: ['example.com'] }, 'origin-malformed', 'origins'],
    [{ ...good, refreshToken: 'localStorage' }, 'option-invalid', 'refreshToken'],
    [{ ...good, csrf: { header: 'X' } }, 'option-invalid', 'csrf'],
    [{ ...good, token: 'x' }, 'option-invalid', 'token'],
  ]
  for (const [options, code, option] of cases) {
    site.options = options as Record<string, unknown>
    await page.goto(site.url)
    const failed = await page.evaluate(() =>
      auth.ready.catch(({ code, option, message }) => ({ code, option, message })),
    )
    expect(failed, JSON.stringify(options)).toMatchObject({ code, option })
  }
  expect(api.journal.entries()).toEqual([])
})

test('when the server does not deliver the wasm file, the vault starts from the copy in the JavaScript', async ({
  api,
  open,
  page,
  site,
}) => {
  for (const answer of [
    (response: import('node:http').ServerResponse) => response.writeHead(404).end(),
    (response: import('node:http').ServerResponse) => response.end('<!doctype html>'),
  ]) {
    site.overrides.set('/pkg/wasm/core_bg.wasm', answer)
    await open(page)
    expect(await status(page)).toBe('never')
  }
  expect(api.journal.entries()).toEqual([])
})

test('when the vault script answers 404, every call rejects with vault-script', async ({ page, site }) => {
  site.overrides.set('/auth.vault.js', (response) => response.writeHead(404).end())
  await page.goto(site.url)
  const codes = await page.evaluate(() =>
    Promise.all(
      [auth.ready, auth.fetch('/'), auth.signIn({}), auth.signOut()].map((call) =>
        (call as Promise<unknown>).catch(({ code }) => code),
      ),
    ),
  )
  expect(codes).toEqual(Array(4).fill('vault-script'))
})

test('when the policy of the page forbids WebAssembly, the error names the directive', async ({
  page,
  site,
}) => {
  site.overrides.set('/', (response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "script-src 'self'" })
      .end('<!doctype html><script type="module" src="/probe.js"></script>'),
  )
  site.overrides.set('/probe.js', (response) =>
    response
      .writeHead(200, { 'content-type': 'text/javascript' })
      .end(
        `import { openVault } from '/pkg/vault/index.js'; window.vault = openVault(${JSON.stringify({ page: true, signIn: '/x' })})`,
      ),
  )
  await page.goto(site.url)
  await page.waitForFunction(() => 'vault' in window)
  const failed = await page.evaluate(() =>
    (window as unknown as { vault: import('tokencell').Vault }).vault.run('ready', undefined).then(
      () => ({ code: '', directive: '', message: '' }),
      ({ code, directive, message }) => ({ code, directive, message }),
    ),
  )
  expect(failed).toMatchObject({ code: 'policy-refused', directive: "script-src 'wasm-unsafe-eval'" })
  expect(failed.message).toContain('wasm-unsafe-eval')
})

test('promise 9: when the refresh for a request is refused, the session ends and the caller gets the 401', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'status', status: 401 })
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(401)
  expect(await status(page)).toBe('revoked')
})
