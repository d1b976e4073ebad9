import type { Snapshot } from '../common/types.js'
import type { Command } from './commands.js'
import type { PackedError } from './errors.js'
import type { PackedBody, PackedRequest, ResponseHead } from './packing.js'

/**
 * The version of the protocol. It changes with every release that changes a message. A page and a vault with different
 * versions do not work together. `hello` and `refused` keep their shapes in all releases, so that the mismatch can be
 * reported.
 */
export const VERSION = 3

/** The number of chunks of a body that may be sent, in either direction, before the receiver requests more. */
export const WINDOW = 8

/** All messages of a page. No message names an endpoint, changes the configuration or requests a token. */
export type ToVault =
  | { type: 'hello'; version: number; restored: boolean }
  | { type: 'bye' }
  | { type: 'ping'; calls: number[] }
  | { type: 'pong' }
  | { type: 'woke' }
  | { type: 'report-requests' }
  | { type: 'fetch'; id: number; request: PackedRequest; body: PackedBody }
  | { type: 'abort'; id: number }
  | { type: 'pull'; id: number; count: number }
  | { type: 'chunk'; id: number; bytes: Uint8Array<ArrayBuffer> | null }
  | { type: 'run'; id: number; command: Command; argument: unknown }
  | { type: 'cookie'; name: string; value: string | null }

/** All messages of a vault. No message contains a token. */
export type ToPage =
  | { type: 'welcome'; version: number; origins: string[]; instance: string }
  | { type: 'refused'; error: PackedError }
  | { type: 'ping'; instance: string }
  | { type: 'pong'; instance: string; unknown: number[] }
  | { type: 'snapshot'; snapshot: Snapshot }
  | { type: 'event'; event: object }
  | { type: 'cookie'; name: string }
  | { type: 'settled'; id: number; value: unknown }
  | { type: 'failed'; id: number; error: PackedError }
  | { type: 'response'; id: number; head: ResponseHead; body: ArrayBuffer | 'chunks' | 'later' | null }
  | { type: 'chunk'; id: number; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'pull'; id: number; count: number }
  | { type: 'end'; id: number; bytes: ArrayBuffer | null }

/** A message that opens a call. Every call gets an answer. */
export type CallRequest = Extract<ToVault, { type: 'fetch' | 'run' }>

/** A {@link CallRequest} before the call has its id. */
export type NewCall = WithoutId<CallRequest>
type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never

export const opensCall = (message: ToVault): message is CallRequest => CALL_REQUESTS.includes(message.type)
const CALL_REQUESTS: readonly ToVault['type'][] = ['fetch', 'run']

/** Whether this message of the vault is the last one of its call. */
export function endsCall(message: ToPage): boolean {
  if (message.type === 'response') return typeof message.body !== 'string'
  return message.type === 'settled' || message.type === 'failed' || message.type === 'end'
}

/**
 * The fields of each message of a page, with the result of `typeof` for each field. `[]` means an array, and the text
 * before it applies to every element. An empty text means any value.
 */
type Shapes = {
  [Type in ToVault['type']]: Record<Exclude<keyof Extract<ToVault, { type: Type }>, 'type'>, string>
}

export const TO_VAULT: Shapes = {
  hello: { version: 'number', restored: 'boolean' },
  bye: {},
  ping: { calls: 'number[]' },
  pong: {},
  woke: {},
  'report-requests': {},
  fetch: { id: 'number', request: 'object', body: '' },
  abort: { id: 'number' },
  pull: { id: 'number', count: 'number' },
  chunk: { id: 'number', bytes: '' },
  run: { id: 'number', command: 'string', argument: '' },
  cookie: { name: 'string', value: '' },
}

/**
 * Returns the message if it is a valid message of a page: a known type, all fields with the right types, no other fields.
 */
export function parse(data: unknown): ToVault | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const fields = data as Record<string, unknown>
  const type = fields.type as ToVault['type']
  if (!Object.hasOwn(TO_VAULT, type)) return undefined
  const shape: Record<string, string> = TO_VAULT[type]
  let rest = Object.keys(fields).length - 1
  // Not `for…in`: it would also find members that a script has added to `Object.prototype`.
  for (const name of Object.keys(shape)) {
    if (!Object.hasOwn(fields, name) || !isOfKind(fields[name], shape[name] as string)) return undefined
    rest -= 1
  }
  return rest === 0 ? (data as ToVault) : undefined
}

function isOfKind(value: unknown, kind: string): boolean {
  if (kind.endsWith('[]'))
    return Array.isArray(value) && value.every((item) => typeof item === kind.slice(0, -2))
  return kind === '' || (typeof value === kind && value !== null)
}

/** The common interface of a worker, a SharedWorker's port and the global object of a worker. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message' | 'messageerror', listener: (event: MessageEvent) => void): void
}
