import { expect, test } from 'vitest'
import {
  endsCall,
  opensCall,
  parse,
  TO_VAULT,
  type ToPage,
  type ToVault,
} from '../../js/protocol/messages.js'
import {
  CSRF_HEADER,
  ERROR_HEADER,
  GENERATION_HEADER,
  SESSION_HEADER,
} from '../../js/protocol/server-session.js'
import { TO_PAGE } from './to-page.js'

type Shapes = Record<string, Record<string, string>>
const samples: Record<string, unknown> = {
  number: 7,
  string: 'x',
  boolean: true,
  object: {},
  'number[]': [7, 8],
  'string[]': ['x'],
  '': null,
}
const otherValues = [undefined, null, 7, 'x', true, {}, [], () => {}, 1n, Symbol('x')]
/** Values that are not a list of this kind. */
const wrongLists: Record<string, unknown[]> = {
  'number[]': [['7'], [7, null], [7, [8]], { 0: 7, length: 1 }, new Set([7]), new Uint8Array([7])],
  'string[]': [[7], ['x', null], [['x']], { 0: 'x', length: 1 }, 'x'],
}

/** A valid message of this type. */
const right = (type: string, shape: Record<string, string>): Record<string, unknown> => ({
  type,
  ...Object.fromEntries(Object.entries(shape).map(([name, kind]) => [name, samples[kind]])),
})

/** Parses a message that has no field of its own while `Object.prototype` has all of them. */
function readPolluted(type: string, fields: object) {
  const names = Object.keys(fields)
  try {
    Object.assign(Object.prototype, fields)
    return parse({ type })
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name)
  }
}

const types = Object.entries(TO_VAULT as Shapes)

test('each valid message to the vault is accepted and returned as the same object', () => {
  for (const [type, shape] of types) {
    const message = right(type, shape)
    expect(parse(message), type).toBe(message)
  }
})

test('a message to the vault with a missing or an additional field is refused', () => {
  for (const [type, shape] of types) {
    for (const name of ['type', ...Object.keys(shape)]) {
      const { [name]: _, ...message } = right(type, shape)
      expect(parse(message), `${type} without ${name}`).toBeUndefined()
    }
    for (const extra of ['origins2', 'token', 'constructor', 'toString', 'config', '']) {
      const message = { ...right(type, shape), [extra]: 1 }
      expect(parse(message), `${type} with ${extra}`).toBeUndefined()
    }
    const polluted = JSON.parse(`${JSON.stringify(right(type, shape)).slice(0, -1)},"__proto__":{}}`)
    expect(parse(polluted), `${type} with __proto__`).toBeUndefined()
  }
})

test('a message to the vault with a field of another type is refused', () => {
  for (const [type, shape] of types) {
    for (const [name, kind] of Object.entries(shape).filter(([, kind]) => kind)) {
      const isWrong = (value: unknown) =>
        kind.endsWith('[]') ? !Array.isArray(value) : value === null || typeof value !== kind
      for (const wrong of [...otherValues.filter(isWrong), ...(wrongLists[kind] ?? [])]) {
        const message = { ...right(type, shape), [name]: wrong }
        expect(parse(message), `${type}.${name} = ${String(wrong)}`).toBeUndefined()
      }
    }
  }
})

test('a message to the vault with inherited fields is refused, also when a prototype is polluted', () => {
  for (const [type, shape] of types.filter(([, shape]) => Object.keys(shape).length > 0)) {
    const { type: _, ...fields } = right(type, shape)
    expect(parse(Object.assign(Object.create(fields), { type })), type).toBeUndefined()
    expect(readPolluted(type, fields), type).toBeUndefined()
  }
})

test('any other value is refused as a message to the vault, without an exception', () => {
  const names = [
    '',
    'config',
    'token',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    'toString',
    'Hello',
    'hello ',
  ]
  for (const type of [...names, ...otherValues]) expect(parse({ type }), String(type)).toBeUndefined()
  for (const data of [...otherValues, new Map([['type', 'ping']]), new Error('ping'), ['ping']])
    expect(parse(data)).toBeUndefined()
})

test('only the response to a call can contain a token, and no message can contain a configuration', () => {
  const names = [TO_VAULT, TO_PAGE].flatMap((shapes: Shapes) => Object.values(shapes).flatMap(Object.keys))
  expect([...new Set(names)].sort()).toEqual(
    (
      'argument body bytes calls command count error event head id instance name origins request restored snapshot ' +
      'unknown value version'
    ).split(' '),
  )
  // Origins are sent to the page only. The page needs them to decide which requests go to the vault.
  expect(Object.values(TO_VAULT as Shapes).flatMap(Object.keys)).not.toContain('origins')
})

test('a message to the vault is read in the same way if a script has added members to `Object.prototype`', () => {
  try {
    Object.assign(Object.prototype, { evil: 1 })
    for (const [type, shape] of types) {
      const message = right(type, shape)
      expect(parse(message), type).toBe(message)
    }
  } finally {
    Reflect.deleteProperty(Object.prototype, 'evil')
  }
})

test('calls are opened by requests and commands only', () => {
  const opening = Object.keys(TO_VAULT).filter((type) => opensCall({ type } as ToVault))
  expect(opening.sort()).toEqual(['fetch', 'run'])
})

test('a call ends with its last message: a result, an error, the end of a body, or a response whose body is complete', () => {
  const ending = Object.keys(TO_PAGE).filter((type) => endsCall({ type, body: 'chunks' } as ToPage))
  expect(ending.sort()).toEqual(['end', 'failed', 'settled'])
  for (const [body, ends] of [
    [null, true],
    [new ArrayBuffer(1), true],
    ['chunks', false],
    ['later', false],
  ] as const)
    expect(endsCall({ type: 'response', body } as ToPage)).toBe(ends)
})

test('the fields of each message to the vault have these types, and no message has others', () => {
  // Written out, because the tests above take the types from the table itself.
  expect(TO_VAULT).toEqual({
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
  })
})

test('the headers between a page and its server keep their names, because the two may be of different releases', () => {
  expect({ CSRF_HEADER, ERROR_HEADER, GENERATION_HEADER, SESSION_HEADER }).toEqual({
    CSRF_HEADER: 'x-requested-with',
    ERROR_HEADER: 'x-tokencell-error',
    GENERATION_HEADER: 'x-tokencell-generation',
    SESSION_HEADER: 'x-tokencell-session',
  })
})
