import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AuthError } from '../../../js/common/errors.js'
import { packError, unpackError } from '../../../js/protocol/errors.js'
import { opensCall, parse, TO_VAULT } from '../../../js/protocol/messages.js'
import {
  isChunked,
  packBody,
  packCredentials,
  unpackBody,
  unpackCredentials,
} from '../../../js/protocol/packing.js'
import { target } from '../target.js'

const TYPES = Object.keys(TO_VAULT) as (keyof typeof TO_VAULT)[]
const NAMES = [...new Set(Object.values(TO_VAULT).flatMap((shape) => Object.keys(shape)))]
const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.boolean(), fc.array(fc.nat()))
const message = fc.oneof(
  fc.jsonValue(),
  fc
    .tuple(
      fc.oneof(fc.constantFrom(...TYPES), fc.constantFrom('toString', '__proto__', 'constructor', 'token')),
      fc.dictionary(fc.oneof(fc.constantFrom(...NAMES, '__proto__', 'token'), fc.string()), value, {
        maxKeys: 5,
      }),
    )
    .map(([type, fields]) => ({ ...fields, type }) as unknown),
)
const text = fc.string({ unit: 'binary' })
const pairs = fc.array(fc.tuple(text, text), { maxLength: 5 })

/** Whether a value has the kind that a shape names, decided independently of `parse`. */
function hasKind(value: unknown, kind: string): boolean {
  if (kind === 'number[]') return Array.isArray(value) && value.every((item) => typeof item === 'number')
  if (kind === 'object') return typeof value === 'object' && value !== null
  return kind === '' || typeof value === kind
}

/** Messages on a port: only well-formed ones are accepted, and what is packed for a port is unpacked unchanged. */
export const messages = target(
  fc.tuple(message, pairs, fc.jsonValue(), text),
  async ([data, form, json, said]) => {
    // The vault gets clones.
    const cloned: unknown = structuredClone(data)
    const parsed = parse(cloned)
    const fields = (typeof cloned === 'object' && cloned !== null ? cloned : {}) as Record<string, unknown>
    const shape = Object.hasOwn(TO_VAULT, String(fields.type)) ? TO_VAULT[fields.type as 'run'] : undefined
    const names = Object.keys(fields).filter((name) => name !== 'type')
    const isRight =
      typeof fields.type === 'string' &&
      shape !== undefined &&
      names.length === Object.keys(shape).length &&
      Object.entries(shape).every(
        ([name, kind]) => Object.hasOwn(fields, name) && hasKind(fields[name], kind),
      )
    assert.equal(parsed !== undefined, isRight, 'which messages are accepted')
    if (parsed) assert.equal(opensCall(parsed), parsed.type === 'fetch' || parsed.type === 'run')

    const params = new URLSearchParams(form)
    assert.equal(String(unpackBody(structuredClone(packBody(params)))), String(params))
    const data_ = new FormData()
    for (const [name, value] of form) data_.append(name, value)
    const back = unpackBody(structuredClone(packBody(data_)))
    assert.deepEqual([...(back as FormData)], [...data_])
    assert.equal(unpackBody(packBody(said)), said)
    assert.ok(!isChunked(packBody(said)))
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
      const [body, type] = unpackCredentials(structuredClone(packCredentials(json as never)))
      assert.deepEqual(JSON.parse(String(body)), JSON.parse(JSON.stringify(json)))
      assert.equal(type, 'application/json')
    }

    const errors = [new TypeError(said), new DOMException(said, 'AbortError'), new Error(said), said]
    for (const error of errors) {
      const copy = unpackError(structuredClone(packError(error))) as Error
      assert.equal(copy.message, error instanceof Error ? error.message : String(error))
      if (error instanceof Error) assert.equal(copy.name, error.name)
    }
    const ours = new AuthError('refused', said, { status: 401, body: json })
    const copy = unpackError(structuredClone(packError(ours))) as AuthError
    assert.deepEqual([copy.code, copy.message, copy.status, copy.body], [ours.code, said, 401, json])
  },
)
