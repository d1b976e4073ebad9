// Not the `test` of `apps.ts`, which starts an application of Next or Nuxt.
import { test as base } from '@playwright/test'
import { build } from 'esbuild'
import { createApi } from '../../examples/api/src/api.js'
import { type Api, SECRET } from '../apps.js'
import { type Host, outlive, signIn, travel } from './journey.js'
import { carry } from './traffic.js'
import { createVisitor } from './visitor.js'
import { serveScript } from './workerd.js'

/** A worker that contains only `tokencell/server`. */
const WORKER = `
  import { createBff } from 'tokencell/server'
  let bff
  export default {
    fetch(request, env) {
      bff ??= createBff({
        api: env.API,
        signIn: '/api/v1/login',
        refresh: '/api/v1/refresh',
        signOut: { method: 'DELETE', path: '/api/v1/logout' },
        proxy: ['/api/v1/**'],
        secret: env.SECRET,
      })
      return bff.handle(request)
    },
  }
`

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: WORKER, resolveDir: process.cwd() },
    alias: { 'tokencell/server': './pkg/server/index.js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*'],
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

const test = base.extend<object, { host: Host & { url: string } }>({
  host: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const api = createApi()
      const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
      const worker = await serveScript(await bundled(), { API: url, SECRET })
      const isSignedIn: Host['isSignedIn'] = async (visitor) => (await visitor.call('/api/v1/me')).ok
      await use({ base: '', api: Object.assign(api, { url }) as Api, url: worker.url, isSignedIn })
      await worker.end()
      await close()
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

test.beforeEach(({ host }) => host.api.reset())

test('sign-in, reload, refresh on a strict API and sign-out work', ({ host }) =>
  travel(host, createVisitor(host.url)))

test('after a failed refresh, the next request refreshes', ({ host }) =>
  outlive(host, createVisitor(host.url)))

test('uploads, downloads and events pass through', async ({ host }) => {
  const visitor = createVisitor(host.url)
  await signIn(host, visitor)
  await carry(host, visitor)
})
