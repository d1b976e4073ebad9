import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { vi } from 'vitest'
import { withoutTokens } from '../../js/common/redaction.js'
import { decodeBase64url } from '../../js/vault/base64url.js'
import { defer } from '../../js/vault/deferred.js'
import type { Outgoing } from '../../js/vault/outgoing.js'

export type Core = import('../../pkg/wasm/core.js').Core
export type CoreConstructor = new (config: unknown, callbacks: unknown) => Core

export const root = path.resolve(import.meta.dirname, '../..')
export const treated = path.join(root, 'pkg/wasm')

/** Loads the core from this folder. `init` calls the loader of its glue. */
export async function loadCore(folder: string, init: (bytes: Buffer) => unknown = (bytes) => bytes) {
  const glue = await import(pathToFileURL(path.join(folder, 'core.js')).href)
  await glue.default(init(readFileSync(path.join(folder, 'core_bg.wasm'))))
  return glue.Core as CoreConstructor
}

export type Answer = (request: { url: string; init: RequestInit }) => Response | Promise<Response>

/** A log of everything that the core has called. */
export type Log = unknown[]

/** The callbacks of a core whose browser has this hint, and whose API answers with `answer`. */
export function callbacks(log: Log, hint: string, answer: Answer) {
  const say = (name: string, ...details: unknown[]) => log.push([name, ...details])
  const state = { hint, epoch: 0 }
  let mark = 0
  return {
    fetch(url: string, init: RequestInit) {
      say('fetch', url, init.method, [...new Headers(init.headers)], init.body)
      return Promise.resolve(answer({ url, init }))
    },
    whenSettled(promise: Promise<unknown>, settled: (value: unknown, isValue: boolean) => void) {
      promise.then(
        (value) => settled(value, true),
        (error) => settled(error, false),
      )
    },
    defer,
    requestLock() {
      say('lock')
      return { granted: Promise.resolve(), release: () => say('unlock') }
    },
    broadcast: (message: unknown) => say('broadcast', message),
    async claim(...ttls: number[]) {
      say('claim', ...ttls)
      mark += 1
      return [state.hint, state.epoch, undefined, false, mark]
    },
    headers: async () => new Headers({ 'X-Requested-With': 'tokencell' }),
    encode: (_: unknown, members: object) => JSON.stringify(members),
    decodeBase64url,
    readHeaders: () => undefined,
    withoutTokens,
    loadUser: async () => undefined,
    notify: () => say('notify'),
    recall: async () => [state.hint, state.epoch, undefined, false],
    markSlow: (mark: number) => say('slow', mark),
    release: (mark: number, slow: unknown) => say('release', mark, slow),
    async remember(hint: string, epoch: number) {
      say('remember', hint, epoch)
      Object.assign(state, { hint, epoch })
    },
    report: (event: unknown) => say('report', event),
    requested: (_: unknown, via: string, status: unknown, millis: number) =>
      say('requested', via, status, millis),
    error: (code: string, detail: unknown) => ({ code, detail }),
  }
}

/** A request of a page, as the vault passes it to the core. */
export function request(url: string, headers = {}): Outgoing {
  const own = new Headers(headers)
  return {
    url,
    init: { method: 'GET', headers: own },
    headers: own,
    signal: new AbortController().signal,
    isReplayable: true,
    session: undefined,
  }
}

/** Records how this call settles, and lets everything happen that is due now. */
export async function settle(log: Log, promise: Promise<unknown>) {
  promise.then(
    (value) => log.push(['resolved', value instanceof Response ? value.status : value]),
    (error) => log.push(['rejected', error]),
  )
  await vi.advanceTimersByTimeAsync(0)
}
