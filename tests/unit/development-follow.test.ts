import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followScript } from '../../js/client/development/follow.js'
import { scriptOf } from '../../js/client/diagnosis/worker-script.js'
import { serveScripts, stubWorkers } from './script-server.js'

const scripts = new Map<string, string>()
let site: Awaited<ReturnType<typeof serveScripts>>
let workers: ReturnType<typeof stubWorkers>

beforeEach(async () => {
  scripts.clear()
  scripts.set('/auth.vault.js', 'openVault({ signIn: "/a" })')
  site = await serveScripts(scripts)
  vi.stubGlobal('document', { baseURI: `${site.url}/app/` })
  workers = stubWorkers()
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await site.close()
})

const shared =
  (options?: string | WorkerOptions, url = '/auth.vault.js') =>
  () =>
    new SharedWorker(url, options)

/** Opens the page again. @returns the options of its worker */
async function start(make = shared()) {
  await followScript(make)
  return workers.started.at(-1)?.options as WorkerOptions | undefined
}

const nameOf = async (make?: () => SharedWorker) => (await start(make))?.name

test('a shared worker gets the same name as before while its script does not change, and another one after an edit', async () => {
  const before = await nameOf()
  expect(before).toMatch(/^tokencell \w+$/)
  expect(await nameOf()).toBe(before)
  scripts.set('/auth.vault.js', 'openVault({ signIn: "/b" })')
  expect(await nameOf()).not.toBe(before)
})

test('an edit of any character of a long script changes the name', async () => {
  const text = 'openVault({ signIn: "/a" })\n'.repeat(10)
  const edits = [text, `;${text}`, `${text};`, text.toUpperCase(), text.replace('signIn', 'singIn')]
  const names = new Set<unknown>()
  for (const edit of edits) {
    scripts.set('/auth.vault.js', edit)
    names.add(await nameOf())
  }
  expect(names.size).toBe(edits.length)
})

test('the name of the application stays in front of the version, and the other options stay', async () => {
  expect(await start(shared('mine'))).toEqual({ name: expect.stringMatching(/^mine \w+$/) })
  expect(await start(shared({ name: 'mine', type: 'module', extendedLifetime: true }))).toEqual({
    name: expect.stringMatching(/^mine \w+$/),
    type: 'module',
    extendedLifetime: true,
  })
})

test('each start creates one worker with the URL of the factory, and the constructors of the page stay', async () => {
  await start()
  expect(workers.started).toEqual([
    { kind: 'SharedWorker', url: '/auth.vault.js', options: { name: expect.any(String) } },
  ])
  expect([SharedWorker, Worker]).toEqual(workers.kinds)
})

test('the script is read from the server, not from the cache of the browser', async () => {
  await start()
  expect(site.requests).toEqual([{ path: '/auth.vault.js', cacheControl: 'no-cache' }])
})

test.each(['?', '#'])(
  'with Turbopack, which lists chunks behind `%s`, an edit of each listed script changes the name',
  async (separator) => {
    const list = '["/_next/app.js", "vendor.js","style.css"]'
    const make = shared({}, `/auth.vault.js${separator}params=${encodeURIComponent(list)}`)
    scripts.set('/_next/app.js', 'app').set('/vendor.js', 'vendor').set('/style.css', 'style')
    const names = [await nameOf(make)]
    for (const chunk of ['/_next/app.js', '/vendor.js']) {
      scripts.set(chunk, 'edited')
      names.push(await nameOf(make))
    }
    expect(new Set(names).size).toBe(3)
    scripts.set('/style.css', 'edited')
    expect(await nameOf(make)).toBe(names.at(-1))
  },
)

test('a factory that creates no worker of its own, or whose server is down, is called without a version', async () => {
  const ready = {} as SharedWorker
  expect(await followScript(() => ready)).toBe(ready)
  await site.close()
  expect(await start(shared({ type: 'module' }))).toEqual({ type: 'module' })
})

test('when a factory is called only to find out its URL, no worker starts and no request is made', () => {
  expect(scriptOf(() => followScript(shared({ type: 'module' })))).toEqual({
    url: new URL('/auth.vault.js', site.url),
    isModule: true,
  })
  expect([site.requests, workers.started]).toEqual([[], []])
})
