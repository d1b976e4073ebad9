import { openSite } from '../e2e/site.js'
import { everywhere, expect, get, outliveTrust, signIn, status, test } from './fixtures.js'
import { decode } from './raw.js'

for (const across of everywhere)
  test.describe(`Rails across ${across}`, () => {
    test.use({ across })

    test('promise 3: a new user signs in; the token is in a response header, and the page gets the user and the claims', async ({
      api,
      gateway,
      open,
      page,
    }) => {
      await open(page)
      const credentials = { email: `new-${across.length}@example.com`, password: 'a long password' }
      const signedUp = await page.evaluate(
        async ([url, credentials]) => {
          const headers = { 'content-type': 'application/json', 'x-requested-with': 'tokencell' }
          const body = JSON.stringify(credentials)
          const response = await fetch(url, { method: 'POST', headers, body })
          return response.status
        },
        [`${api}/signup`, credentials] as const,
      )
      expect(signedUp).toBe(201)
      expect(await status(page)).toBe('never')

      const user = { email: credentials.email, roles: ['user'] }
      const result = { status: 'signed-in', body: { user: expect.objectContaining(user) } }
      expect(await signIn(page, credentials)).toEqual(result)
      const [{ issued = '' } = {}] = gateway.of('POST', '/login')
      expect(decode(issued)[0]).toEqual({ alg: 'HS256', kid: expect.any(String) })
      const snapshot = await page.evaluate(() => auth.snapshot)
      expect(snapshot).toMatchObject({ status: 'authenticated', user, claims: decode(issued)[1] })
      expect(snapshot.claims).toMatchObject({ iss: 'api', roles: ['user'] })
      expect(await get(page, `${api}/me`)).toBe(200)
      expect(gateway.of('GET', '/me')).toMatchObject([{ status: 200, sent: issued }])
    })

    test('promise 3: a refused sign-in rejects with the status and body of the response', async ({
      open,
      page,
      person,
    }) => {
      await open(page)
      const error = await page.evaluate(
        (email) =>
          auth
            .signIn({ email, password: 'wrong' })
            .catch(({ name, code, status, body }) => ({ name, code, status, body })),
        person.email,
      )
      const body = { error: 'invalid_credentials' }
      expect(error).toEqual({ name: 'AuthError', code: 'refused', status: 401, body })
      expect(await status(page)).toBe('never')
    })

    test('promise 2: a reload keeps the session, and the page is never signed out in between', async ({
      api,
      browserName,
      gateway,
      openSignedIn,
      page,
    }) => {
      await openSignedIn()
      await page.reload()
      await page.evaluate(() => auth.ready)
      expect(await status(page)).toBe('authenticated')
      const shown = await page.evaluate(() => statuses)
      expect(shown.filter((status) => status !== 'loading' && status !== 'authenticated')).toEqual([])
      expect(await get(page, `${api}/me`)).toBe(200)
      expect(gateway.refreshes()).toEqual(browserName === 'chromium' ? [] : [200])
    })

    test('promise 16: after a sign-out, Rails refuses the old token, and the page sends no token and stays signed out', async ({
      api,
      gateway,
      openSignedIn,
      page,
      rails,
    }) => {
      await openSignedIn()
      const [{ issued, setCookie = '' } = {}] = gateway.of('POST', '/login')
      await page.evaluate(() => auth.signOut())
      expect(await status(page)).toBe('signed-out')
      expect(gateway.of('DELETE', '/logout')).toMatchObject([
        { status: 204, cookie: setCookie.split(';')[0] },
      ])

      const me = await fetch(`${rails.url}/api/v1/me`, { headers: { authorization: `Bearer ${issued}` } })
      expect([me.status, await me.json()]).toEqual([401, { error: 'revoked', reason: 'signed_out' }])
      expect(await get(page, `${api}/me`)).toBe(401)
      expect(gateway.of('GET', '/me')).toMatchObject([{ status: 401, sent: undefined }])
      await page.reload()
      expect(await page.evaluate(() => auth.ready.then(({ reason }) => reason))).toBe('signed-out')
      expect(gateway.refreshes()).toEqual([])
    })

    test('promise 15: no page can read the refresh cookie, and a foreign page cannot use it', async ({
      api,
      context,
      gateway,
      openSignedIn,
      page,
    }) => {
      await openSignedIn()
      const [cookie] = await context.cookies(`${api}/refresh`)
      expect(cookie).toMatchObject({
        name: 'refresh_token',
        httpOnly: true,
        sameSite: 'Lax',
        path: '/',
      })
      expect(await page.evaluate(() => document.cookie)).toBe('')

      const foreign = await openSite()
      const send = (headers: Record<string, string>, mode: RequestMode) =>
        page.evaluate(
          ([url, headers, mode]) =>
            fetch(url, { method: 'POST', credentials: 'include', headers, mode }).then(
              ({ type, status }) => `${type} ${status}`,
              ({ name }) => name,
            ),
          [`${api}/refresh`, headers, mode] as const,
        )
      const home = page.url()
      expect(await send({}, 'cors')).toBe('cors 403')
      // An origin on the same site, so the browser sends the cookie. Rails refuses it, because the origin is not configured.
      await page.goto(foreign.url.replace('localhost', new URL(home).hostname))
      expect(await send({ 'x-requested-with': 'tokencell' }, 'cors')).toBe('TypeError')
      expect(await send({}, 'no-cors')).toBe('opaque 0')
      await foreign.close()
      const refused = { status: 403, cookie: `refresh_token=${cookie?.value}`, setCookie: undefined }
      expect(gateway.of('POST', '/refresh')).toMatchObject([
        { ...refused, body: '{"error":"csrf"}' },
        { ...refused, body: '{"error":"origin"}' },
      ])
    })

    test('promise 1: after an admin adds or removes a role, the next request of the open page gets the new roles', async ({
      admin,
      api,
      gateway,
      openSignedIn,
      page,
      person,
    }) => {
      await openSignedIn()
      expect(await get(page, `${api}/reports`)).toBe(403)
      await outliveTrust(page)
      await admin.setRoles(person.id, ['user', 'editor'])
      expect(await get(page, `${api}/reports`)).toBe(200)
      const roles = () => page.evaluate(() => [auth.snapshot.user?.roles, auth.snapshot.claims?.roles])
      expect(await roles()).toEqual(Array(2).fill(['user', 'editor']))
      expect(gateway.of('GET', '/reports').map(({ status }) => status)).toEqual([403, 401, 200])

      await outliveTrust(page)
      await admin.setRoles(person.id, ['user'])
      expect(await get(page, `${api}/reports`)).toBe(403)
      expect(await roles()).toEqual(Array(2).fill(['user']))
      expect(gateway.refreshes()).toEqual([200, 200])
    })
  })
