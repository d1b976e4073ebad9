import { backends, quickest } from './backends.js'
import { expect, get, getMany, outliveTrust, signIn, status, test } from './fixtures.js'

const isFull = Boolean(process.env.TOKENCELL_FULL)

/** Text in a response that looks like a secret. */
const SECRET = /eyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=(?:token|key|auth)"?[:=]"?)[\w.%-]{30,}/g

for (const name of Object.keys(backends).filter((name) => isFull || name === quickest))
  test.describe(name, () => {
    test.use({ name })

    test('after a sign-in the protected page answers 200, and page scripts see no token', async ({
      backend,
      gateway,
      open,
      page,
      person,
    }) => {
      await open()
      expect(await status(page)).toBe('never')
      expect(await get(page, gateway.url + backend.protected)).toBe(401)
      const answer = await signIn(page, backend, person)
      expect(await status(page)).toBe('authenticated')
      expect(await get(page, gateway.url + backend.protected)).toBe(200)
      const seen = JSON.stringify([answer, await page.evaluate(() => [auth.snapshot, events])])
      const secrets = gateway.of(backend.signIn).flatMap((exchange) => exchange.answer.match(SECRET) ?? [])
      expect(secrets).not.toEqual([])
      for (const secret of secrets) expect(seen).not.toContain(secret)
    })

    test('a wrong password rejects with the status and body of the server', async ({
      backend,
      open,
      page,
      person,
    }) => {
      await open()
      const refusal = await page.evaluate(
        (credentials) => auth.signIn(credentials).catch(({ code, status, body }) => ({ code, status, body })),
        backend.credentials({ ...person, password: 'wrong' }),
      )
      expect(refusal).toMatchObject({ code: 'refused', ...backend.wrong })
      expect(await status(page)).toBe('never')
    })

    test('a reload keeps the session where the vault is shared or the backend uses cookies', async ({
      backend,
      gateway,
      open,
      page,
      person,
      where,
    }) => {
      await open()
      await signIn(page, backend, person)
      await page.reload()
      const snapshot = await page.evaluate(() => auth.ready)
      expect(snapshot.status).toBe(where === 'shared' ? 'authenticated' : backend.afterReload)
      expect(await get(page, gateway.url + backend.protected)).toBe(
        snapshot.status === 'authenticated' ? 200 : 401,
      )
    })

    test('a sign-out ends the session in the page and at the server', async ({
      backend,
      gateway,
      open,
      page,
      person,
    }) => {
      await open()
      await signIn(page, backend, person)
      expect(await get(page, gateway.url + backend.protected)).toBe(200)
      await page.evaluate(() => auth.signOut())
      expect(await status(page)).toBe('signed-out')
      expect(gateway.of(backend.signOut)).toHaveLength(1)
      expect(gateway.of(backend.signOut)[0]?.status).toBeLessThan(300)
      if (backend.forgets === 'access') expect(await gateway.replay(backend.protected)).toBe(401)
      if (backend.forgets === 'refresh')
        expect(await gateway.replay(backend.signOut, backend.refresh)).toBe(401)
      expect(await get(page, gateway.url + backend.protected)).toBe(401)
      await page.reload()
      expect((await page.evaluate(() => auth.ready)).status).toBe('unauthenticated')
    })

    test('after a revocation, the next request ends the session', async ({
      backend,
      gateway,
      open,
      page,
      person,
      revoke,
    }) => {
      const url = gateway.url + backend.protected
      await open()
      await signIn(page, backend, person)
      expect(await get(page, url)).toBe(200)
      await outliveTrust(page)
      await revoke()
      if (backend.revokes === 'with the refresh') gateway.spoil(backend.protected)
      expect(await getMany(page, url, 20)).toEqual(Array(20).fill(401))
      expect(await status(page)).toBe('revoked')
      if (backend.refresh) expect(gateway.of(backend.refresh)).toHaveLength(1)
    })

    if (backends[name]?.refresh)
      test('20 requests with a refused token share one refresh, and each refresh uses the newest refresh token', async ({
        backend,
        gateway,
        open,
        page,
        person,
      }) => {
        const [url, refreshes] = [gateway.url + backend.protected, () => gateway.of(backend.refresh ?? '')]
        await open()
        await signIn(page, backend, person)
        for (const turn of [1, 2, 3]) {
          expect(await get(page, url)).toBe(200)
          await outliveTrust(page)
          gateway.spoil(backend.protected)
          expect(await getMany(page, url, 20), gateway.log()).toEqual(Array(20).fill(200))
          expect(refreshes().map(({ status }) => status)).toEqual(Array(turn).fill(200))
        }
        const { rotates } = backend
        if (rotates) expect(new Set(refreshes().map(rotates)).size).toBe(3)
        expect(await status(page)).toBe('authenticated')
      })

    if (backends[name]?.expires !== false)
      test.describe('with a short token lifetime', () => {
        test.use({ lifetime: 3 })

        test('20 concurrent requests on an expired token cause one refresh, or end the session where the backend has none', async ({
          backend,
          gateway,
          open,
          page,
          person,
        }) => {
          const url = gateway.url + backend.protected
          await open()
          await signIn(page, backend, person)
          expect(await get(page, url)).toBe(200)
          // A client that knows the expiry refreshes before it. The gateway holds this refresh until the token has expired.
          const early = backend.refresh && backend.knowsExpiry ? gateway.hold(backend.refresh) : undefined
          await early?.held
          await expect.poll(() => gateway.replay(backend.protected)).toBe(401)
          const answers = getMany(page, url, 20)
          early?.release()
          expect(await answers).toEqual(Array(20).fill(backend.refresh ? 200 : 401))
          if (backend.refresh) expect(gateway.of(backend.refresh)).toHaveLength(1)
          else expect(await status(page)).toBe('revoked')
        })
      })
  })
