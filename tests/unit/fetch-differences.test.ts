import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { casesOf, THEMES, type ThemeName } from '../e2e/fetch-parity/cases/index.js'
import { DIFFERENCES } from '../e2e/fetch-parity/differences.js'
import type { Where } from '../e2e/site.js'

test('the documentation lists every difference between `auth.fetch` and `fetch` that the browser tests accept', () => {
  const titles = Object.keys(THEMES).flatMap((name) => casesOf(name as ThemeName).map(({ label }) => label))
  expect(new Set(titles).size).toBe(titles.length)
  expect(titles.length).toBeGreaterThanOrEqual(250)
  expect(DIFFERENCES.length).toBeLessThanOrEqual(15)
  for (const one of DIFFERENCES)
    expect(
      titles.some((title) => one.titles.test(`${title} in ${one.engine ?? 'firefox'}`)),
      one.what,
    ).toBe(true)
  const page = readFileSync(new URL('../../docs/guides/fetch-differences.md', import.meta.url), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
  expect(rows).toEqual(DIFFERENCES.map(rowOf))
})

const placeOf = (where: readonly Where[] | undefined) =>
  where === undefined || where.length === 3 ? 'every vault' : where.map((one) => `\`${one}\``).join(', ')

function rowOf({ what, engine, where, why }: (typeof DIFFERENCES)[number]) {
  const browser = engine === undefined ? '' : `, ${engine === 'firefox' ? 'Firefox' : 'Chromium'}`
  return `| ${what} | ${placeOf(where)}${browser} | ${why} |`
}
