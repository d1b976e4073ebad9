import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createReader } from '../../scripts/support/used.mjs'
import { floorOf, placesOf } from '../../scripts/support.mjs'

/** The features that the check of the lowest browsers finds in this code, and where. */
function findIn(code: string): Map<string, string> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'support-')), 'code.ts')
  writeFileSync(file, `${code}\nexport {}\n`)
  return placesOf(createReader([file])([file]))
}

const TOO_YOUNG: [what: string, code: string, feature: string, chrome: number, safari: number][] = [
  ['a static method', 'URL.canParse("")', 'api.URL.canParse_static', 120, 17],
  ['a method of a value', 'new Response().bytes()', 'api.Response.bytes', 132, 18],
  [
    'a destructured property',
    'const { reason } = new AbortController().signal',
    'api.AbortSignal.reason',
    98,
    15.4,
  ],
  [
    'an inherited member',
    'new BroadcastChannel("").onmessage = null',
    'api.BroadcastChannel.message_event',
    54,
    15.4,
  ],
  ['a global function', 'structuredClone(1)', 'api.structuredClone', 98, 15.4],
  ['a class', 'new DecompressionStream("gzip")', 'api.DecompressionStream', 80, 16.4],
  ['a function of the language', 'Object.hasOwn({}, "a")', 'javascript.builtins.Object.hasOwn', 93, 15.4],
  ['a method of the language', '[1].at(-1)', 'javascript.builtins.Array.at', 92, 15.4],
  ['syntax', 'class A { static { A.name } }', 'javascript.classes.static.initialization_blocks', 94, 16.4],
  [
    'a regular expression',
    '/(?<=a)b/.test("")',
    'javascript.regular_expressions.lookbehind_assertion',
    62,
    16.4,
  ],
]

test('the check finds features that are too new, in any notation', () => {
  const all = findIn(TOO_YOUNG.map(([, code]) => `{ ${code} }`).join('\n'))
  for (const [what, , feature, chrome, safari] of TOO_YOUNG) {
    const places = new Map([[feature, all.get(feature)]])
    expect(all.get(feature), what).toMatch(/code\.ts:\d+$/)
    expect([what, floorOf(places, 'chrome').version, floorOf(places, 'safari').version]).toEqual([
      what,
      chrome,
      safari,
    ])
  }
  expect(floorOf(all, 'chrome')).toMatchObject({ feature: 'api.Response.bytes', version: 132 })
})

test('types, names of the code itself, and features older than modules do not raise the lowest browsers', () => {
  const code =
    'interface Mine { canParse(): void }; export let url: URL; export const mine = (it: Mine) => it.canParse()'
  expect([...findIn(code).keys()]).toEqual([])
})
