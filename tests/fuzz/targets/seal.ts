import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createSeal } from '../../../js/server/seal.js'
import { target } from '../target.js'

const seals = {
  ours: createSeal(['a secret that is long enough for tests 1']),
  both: createSeal(['a secret that is long enough for tests 2', 'a secret that is long enough for tests 1']),
  other: createSeal(['a secret that is long enough for tests 3']),
}
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n'

/** Whether base64url ignores the difference: the last character of a part has bits that mean nothing. */
const decoded = (text: string) =>
  text
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join()

/** Sealed cookies: opened unchanged by the right secret and for the right purpose, and refused after any change. */
export const seal = target(
  fc.tuple(fc.jsonValue(), fc.nat(), fc.nat(ALPHABET.length - 1), fc.string({ unit: 'binary' }), fc.nat(2)),
  async ([json, at, index, junk, kind]) => {
    const payload = { json }
    const text = await seals.ours.close(payload, 'cookie', 60)
    const expected = JSON.parse(JSON.stringify(payload))
    assert.deepEqual(await seals.ours.open(text, 'cookie'), expected)
    assert.deepEqual(await seals.both.open(text, 'cookie'), expected)
    assert.equal(await seals.other.open(text, 'cookie'), null, 'another secret opens it')
    assert.equal(await seals.ours.open(text, 'refusal'), null, 'another purpose opens it')
    assert.equal(await seals.ours.open(junk, 'cookie'), null)

    const place = at % text.length
    const char = ALPHABET.charAt(index)
    const rest = text.slice(place + 1)
    const changed = [
      text.slice(0, place) + char + rest,
      text.slice(0, place) + rest,
      text.slice(0, place) + char + text.slice(place),
    ]
    const forged = changed[kind] ?? ''
    if (forged === text) return
    const opened = await seals.ours.open(forged, 'cookie')
    // Only a change that decodes to the same bytes may be opened.
    if (opened !== null) assert.equal(decoded(forged), decoded(text), 'a changed cookie is opened')
  },
)
