import { expect, signIn, test } from '../fixtures.js'
import { THEMES } from './cases.js'
import { observe } from './observe.js'
import { createServer } from './server.js'

/** What differs on purpose, and why. */
const DIFFERENCES: { title: RegExp; engine: string; why: string }[] = [
  {
    title: /^abort while (?!reader).* reads, (reason|timeout)$/,
    engine: 'firefox',
    why: 'Firefox rejects an aborted reading with an AbortError whatever the reason; the standard wants the reason.',
  },
]

for (const [theme, cases] of Object.entries(THEMES)) {
  test(`auth.fetch is fetch: ${theme} (${cases.length} cases)`, async ({
    api,
    browserName,
    open,
    page,
    site,
  }) => {
    test.setTimeout(120_000)
    const { listener, arrivals } = createServer()
    site.mount = listener
    site.options.origins = [api.url, site.url]
    await open(page)
    await signIn(page)
    const seen = await page.evaluate(observe, { cases, base: `${site.url}/api/parity` })
    const differences = cases.flatMap(({ title }, at) => {
      const observed = (by: 'native' | 'ours', which: number): Record<string, unknown> => ({
        ...(seen[at]?.[which] as object),
        arrived: arrivals.get(`${at}-${by}`),
      })
      const [native, ours] = [observed('native', 0), observed('ours', 1)]
      expect(native.error, title).not.toBe('NEVER SETTLES')
      const names = [...new Set([...Object.keys(native), ...Object.keys(ours)])]
      const differing = names.filter((name) => JSON.stringify(native[name]) !== JSON.stringify(ours[name]))
      return differing.length
        ? [{ title, differing: differing.map((name) => [name, native[name], ours[name]]) }]
        : []
    })
    const isWanted = ({ title }: { title: string }) =>
      DIFFERENCES.some((entry) => entry.engine === browserName && entry.title.test(title))
    expect(differences.filter((one) => !isWanted(one))).toEqual([])
    for (const one of cases.filter(isWanted))
      expect(
        differences.map(({ title }) => title),
        'it still differs',
      ).toContain(one.title)
  })
}
