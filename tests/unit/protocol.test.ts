import { expect, test } from 'vitest'
import { parse, TO_VAULT } from '../../js/protocol/messages.js'
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
const strangers = [undefined, null, 7, 'x', true, {}, [], () => {}, 1n, Symbol('x')]
/** What stands where a list of these is wanted, and is none. */
const wrongLists: Record<string, unknown[]> = {
  'number[]': [['7'], [7, null], [7, [8]], { 0: 7, length: 1 }, new Set([7]), new Uint8Array([7])],
  'string[]': [[7], ['x', null], [['x']], { 0: 'x', length: 1 }, 'x'],
}

/** A message of this type in its right shape. */
const right = (type: string, shape: Record<string, string>): Record<string, unknown> => ({
  type,
  ...Object.fromEntries(Object.entries(shape).map(([name, kind]) => [name, samples[kind]])),
})

/** A message without any field, while every object inherits them. */
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

test('each message to the vault is accepted as it should be, itself', () => {
  for (const [type, shape] of types) {
    const message = right(type, shape)
    expect(parse(message), type).toBe(message)
  }
})

test('no message to the vault is accepted without one of its fields, or with a field more', () => {
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

test('no message to the vault is accepted with a field of another kind', () => {
  for (const [type, shape] of types) {
    for (const [name, kind] of Object.entries(shape).filter(([, kind]) => kind)) {
      const isWrong = (value: unknown) =>
        kind.endsWith('[]') ? !Array.isArray(value) : value === null || typeof value !== kind
      for (const stranger of [...strangers.filter(isWrong), ...(wrongLists[kind] ?? [])]) {
        const message = { ...right(type, shape), [name]: stranger }
        expect(parse(message), `${type}.${name} = ${String(stranger)}`).toBeUndefined()
      }
    }
  }
})

test('no message to the vault is accepted with inherited fields, nor by a polluted prototype', () => {
  for (const [type, shape] of types.filter(([, shape]) => Object.keys(shape).length > 0)) {
    const { type: _, ...fields } = right(type, shape)
    expect(parse(Object.assign(Object.create(fields), { type })), type).toBeUndefined()
    expect(readPolluted(type, fields), type).toBeUndefined()
  }
})

test('nothing else is a message to the vault, and nothing throws', () => {
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
  for (const type of [...names, ...strangers]) expect(parse({ type }), String(type)).toBeUndefined()
  for (const data of [...strangers, new Map([['type', 'ping']]), new Error('ping'), ['ping']])
    expect(parse(data)).toBeUndefined()
})

test('no message but the answer of a call has room for a token, and no message for a configuration', () => {
  const names = [TO_VAULT, TO_PAGE].flatMap((shapes: Shapes) => Object.values(shapes).flatMap(Object.keys))
  expect([...new Set(names)].sort()).toEqual(
    (
      'body bytes calls count credentials error event head id instance name origins request restored snapshot ' +
      'unknown value version'
    ).split(' '),
  )
  // The origins go to the page only, for it to know which requests to bring.
  expect(Object.values(TO_VAULT as Shapes).flatMap(Object.keys)).not.toContain('origins')
})
