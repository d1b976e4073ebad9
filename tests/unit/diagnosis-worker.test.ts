import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isOnlyAskedFor, scriptOf } from '../../js/client/diagnosis/worker-script.js'
import { stubWorkers } from './script-server.js'

let workers: ReturnType<typeof stubWorkers>

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'https://app.test/shop/' })
  workers = stubWorkers()
})
afterEach(() => vi.unstubAllGlobals())

test('the script of a factory is found without starting its worker, relative to the page', () => {
  const url = new URL('https://app.test/shop/auth.vault.js')
  const module = { type: 'module' } as const
  expect(scriptOf(() => new Worker('auth.vault.js', module))).toEqual({ url, isModule: true })
  expect(scriptOf(() => new SharedWorker(url, module))).toEqual({ url, isModule: true })
  expect(workers.started).toEqual([])
})

test.each([undefined, 'named', {}, { type: 'classic' } as const])(
  'a worker with the options %o runs no module',
  (options) => {
    expect(scriptOf(() => new SharedWorker('/a.js', options))?.isModule).toBe(false)
  },
)

test('a factory that starts no worker, or throws before, has no script', () => {
  expect(scriptOf(() => ({}))).toBeUndefined()
  expect(
    scriptOf(() => {
      throw new Error('mine')
    }),
  ).toBeUndefined()
})

test('a factory sees constructors with the names of the browser, by which Turbopack distinguishes them', () => {
  const names: string[] = []
  scriptOf(() => names.push(SharedWorker.name, Worker.name))
  expect(names).toEqual(['SharedWorker', 'Worker'])
})

test('afterwards, the page has the constructors of the browser, also if the factory has thrown', () => {
  scriptOf(() => new Worker('/a.js'))
  expect([SharedWorker, Worker]).toEqual(workers.kinds)
})

test('a browser without shared workers has none while the factory runs, or afterwards', () => {
  Reflect.deleteProperty(globalThis, 'SharedWorker')
  const has = () => 'SharedWorker' in globalThis
  let during: boolean | undefined
  scriptOf(() => {
    during = has()
  })
  expect([during, has()]).toEqual([false, false])
})

test('a factory can tell that it is called only for its URL, and no longer afterwards', () => {
  const seen = [isOnlyAskedFor()]
  scriptOf(() => seen.push(isOnlyAskedFor()))
  seen.push(isOnlyAskedFor())
  scriptOf(() => new Worker('/a.js'))
  seen.push(isOnlyAskedFor())
  expect(seen).toEqual([false, true, false, false])
})
