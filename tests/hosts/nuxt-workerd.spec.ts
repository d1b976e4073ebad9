import { createRequire } from 'node:module'
import path from 'node:path'
// Not the `test` of `apps.ts`, which starts an application of Next or Nuxt.
import { test as base, expect } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { finish } from '../../scripts/processes.mjs'
import { type Api, SECRET } from '../apps.js'
import { expireTokens, type Host, outlive, signIn, travel } from './journey.js'
import { carry } from './traffic.js'
import { createVisitor } from './visitor.js'
import { serveOutput } from './workerd.js'

const BASE = '/field'

interface Fixtures {
  visitor: ReturnType<typeof createVisitor>
  host: Host
}

/** The example of Nuxt, built for Cloudflare, with the base path /field. */
const test = base.extend<Fixtures, { worker: { api: Api; url: string } }>({
  worker: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const api = createApi()
      const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
      const bindings = {
        NUXT_TOKENCELL_API: url,
        NUXT_TOKENCELL_SECRET: SECRET,
        NUXT_APP_BASE_URL: `${BASE}/`,
      }
      const worker = await serveOutput(path.resolve('target/nuxt/workerd/.output'), bindings)
      await use({ api: Object.assign(api, { url }), url: worker.url })
      await worker.end()
      await close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  visitor: ({ worker }, use) => use(createVisitor(worker.url)),
  host: ({ worker: { api } }, use) => {
    api.reset()
    const isSignedIn: Host['isSignedIn'] = async (visitor) => {
      const { status, text } = await visitor.open(`${BASE}/notes`)
      return status === 200 && text.includes('Notes of Ada') && !text.includes('data-test="problem"')
    }
    return use({ base: BASE, api, isSignedIn })
  },
})

test('sign-in, reload, refresh on a strict API and sign-out work', ({ host, visitor }) =>
  travel(host, visitor))

test('after a failed refresh, the next request refreshes', ({ host, visitor }) => outlive(host, visitor))

test('uploads, downloads and events pass through', async ({ host, visitor }) => {
  await signIn(host, visitor)
  await carry(host, visitor)
})

test('with a base path, an anonymous user is redirected to the sign-in page below it', async ({
  host: _,
  visitor,
}) => {
  const { status, location } = await visitor.open(`${BASE}/notes`)
  expect([status, location]).toEqual([302, `${BASE}/sign-in?redirect=/notes`])
})

test('with a base path, pages reach the API and their session only below it', async ({ host, visitor }) => {
  await signIn(host, visitor)
  const added = await visitor.call(`${BASE}/api/v1/notes`, {
    method: 'POST',
    json: { text: 'from a folder' },
  })
  expect(added.status).toBe(201)
  expect(host.api.journal.entries().at(-1)?.path).toBe('/api/v1/notes')
  const { snapshot } = (await (await visitor.call(`${BASE}/api/auth/session`)).json()) as { snapshot: object }
  expect(snapshot).toMatchObject({ status: 'authenticated' })
  const before = host.api.journal.entries().length
  await visitor.open('/api/v1/notes')
  expect(host.api.journal.entries()).toHaveLength(before)
})

test('the options in server/tokencell.ts are used', async ({ host, visitor }) => {
  await signIn(host, visitor)
  expect(await (await visitor.call(`${BASE}/api/events`)).json()).toContain('signed-in')
})

test('when the session ends while a page renders, the server redirects to the sign-in page', async ({
  host,
  visitor,
}) => {
  await signIn(host, visitor)
  await expireTokens(host)
  host.api.sessions.revokeUser(host.api.accounts.byEmail('ada@example.com')?.id ?? '')
  const { status, location } = await visitor.open(`${BASE}/notes`)
  expect([status, location]).toEqual([302, `${BASE}/sign-in?redirect=/notes`])
  expect((await visitor.open(`${BASE}/sign-in`)).text).toContain('The server has ended your session.')
})

test('two calls of useAuthFetch with the same URL have separate keys', async ({ host, visitor }) => {
  await signIn(host, visitor)
  const count = host.api.notes.list('1').length
  expect(count).toBeGreaterThan(0)
  expect((await visitor.open(`${BASE}/keys`)).text).toContain(`${count} and ${count}`)
})

test('during rendering, useAuthFetch, $authFetch and fetch resolve a URL of the application like in the browser', async ({
  host,
  visitor,
}) => {
  await signIn(host, visitor)
  const { text } = await visitor.open(`${BASE}/own`)
  expect(text).toContain('Ada GET, Ada POST{&quot;a&quot;:1}, Ada GET')
})

/** Runs the same check as `nuxt typecheck`, with the compiler of the Vue example. */
test('the type of the user is known in pages and server routes', async () => {
  const compiler = createRequire(path.resolve('examples/vue/package.json')).resolve('vue-tsc/bin/vue-tsc.js')
  await finish(compiler, ['-b', '--noEmit'], { cwd: path.resolve('target/nuxt/workerd') })
})
