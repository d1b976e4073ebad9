import type { Page } from '@playwright/test'
import { type Api, expect, outliveTrust, signIn, test } from '../fixtures.js'
import type { Site, Where } from '../site.js'
import { casesOf, THEMES, type ThemeName } from './cases/index.js'
import { DIFFERENCES } from './differences.js'
import { expressionOf } from './kit.js'
import { type Arrival, createParityServer, listen } from './server.js'

const LIMIT = 5000
const AT_ONCE = 3
/** The dates in the headers of the site's responses, which differ between two calls. */
const DATE = /\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g

for (const name of Object.keys(THEMES) as ThemeName[]) {
  const count = casesOf(name).length
  test(`auth.fetch behaves like fetch: ${name} (${count} cases)`, async ({
    api,
    browserName,
    open,
    page,
    site,
  }) => {
    test.setTimeout(120_000)
    if (name.startsWith('a page with no-referrer')) site.headers['referrer-policy'] = 'no-referrer'
    if (name.endsWith('whose vault has no policy')) site.vaultHeaders = {}
    const differing = await compare(name, { api, browserName, open, page, site })
    const isListed = ({ label }: { label: string }) =>
      DIFFERENCES.filter(({ isOfClosing }) => !isOfClosing || isClosingCertain(browserName, site.where)).some(
        ({ titles, engine = browserName, where = [site.where] }) =>
          engine === browserName && where.includes(site.where) && titles.test(`${label} in ${browserName}`),
      )
    const report = differing.filter((one) => !isListed(one)).map(textOf)
    expect(report.join('\n'), 'cases that differ and are not on the list').toBe('')
    expect(differing.map(({ label }) => label)).toEqual(
      casesOf(name)
        .filter(isListed)
        .map(({ label }) => label),
    )
  })
}

interface Surroundings {
  api: Api
  browserName: string
  open: (page: Page) => Promise<void>
  page: Page
  site: Site
}

/** Runs the cases of a theme in the page, and returns those that differ. */
async function compare(name: ThemeName, { api, browserName, open, page, site }: Surroundings) {
  const { listener, arrivals } = createParityServer()
  site.mount = listener
  const [other, control] = await Promise.all([listen(listener), listen(listener)])
  try {
    site.options.origins = [api.url, site.url, other.url]
    await open(page)
    await signIn(page)
    if (name === 'status 401') await outliveTrust(page)
    await page.context().addCookies([{ name: 'parity', value: '1', domain: 'localhost', path: '/api' }])
    const cases = casesOf(name)
    const bases: [string, string] = [`${site.url}/api/parity`, `${other.url}/api/parity`]
    const orders = { bases, control: `${control.url}/api/parity`, cases, limit: LIMIT, atOnce: AT_ONCE }
    const results: Record<string, [unknown, unknown]> = await page.evaluate(
      expressionOf(THEMES[name].themes, orders),
    )
    const comparesClosing = isClosingCertain(browserName, site.where)
    const differing: Differing[] = []
    for (const { label, id } of cases) {
      const [native, ours] = await Promise.all(
        (['native', 'ours'] as const).map(async (by, at) => {
          const saw = await seenBy(arrivals.get(`${id}-${by}`) ?? [], comparesClosing)
          const seen = JSON.stringify({ saw, result: results[id]?.[at] ?? null }, null, 1)
          return seen.replaceAll(`${id}-${by}`, 'id').replace(DATE, 'date')
        }),
      )
      expect(native, `native: ${label}`).not.toContain('case failed')
      expect(ours, `ours: ${label}`).not.toContain('NEVER SETTLES')
      if (native !== ours) differing.push({ label, native: native ?? '', ours: ours ?? '' })
    }
    return differing
  } finally {
    await Promise.all([other.close(), control.close()])
  }
}

/** In Firefox, a worker leaves some connections of aborted requests open for 8 s or more, also with plain `fetch`. */
const isClosingCertain = (browserName: string, where: Where) => browserName !== 'firefox' || where === 'page'

const seenBy = (arrivals: Arrival[], comparesClosing: boolean) =>
  Promise.all(
    arrivals.map(async ({ closed, ...rest }) => ({ ...rest, closed: comparesClosing && (await closed) })),
  )

interface Differing {
  label: string
  native: string
  ours: string
}

/** Describes a difference by the lines that differ. */
function textOf({ label, native, ours }: Differing): string {
  const [left, right] = [native.split('\n'), ours.split('\n')]
  const only = (lines: string[], others: string[]) =>
    lines
      .filter((line) => !others.includes(line))
      .map((line) => line.trim())
      .join(' ') || 'the same lines, fewer or in another order'
  return `${label}\n  native: ${only(left, right)}\n  ours:   ${only(right, left)}`
}
