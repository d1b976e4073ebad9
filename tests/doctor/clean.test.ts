import { expect, onTestFinished, test } from 'vitest'
import type { DoctorOptions } from '../../js/doctor/options.js'
import { examine } from '../../js/doctor/report.js'
import { renderText } from '../../js/doctor/text.js'
import { ADA, PAGE, type Settings, serve } from './api.js'

async function diagnose(settings: Settings, options: Partial<DoctorOptions> = {}, tls = false) {
  const corsOrigins = options.origin ? [options.origin] : []
  const api = await serve({ ...settings, corsOrigins }, { tls })
  onTestFinished(api.close)
  const report = await examine({ url: api.url, credentials: ADA, insecure: tls, ...options })
  const printed = renderText(report, { width: 1000, hasColours: false, stack: undefined, isVerbose: true })
  for (const secret of api.secrets) expect(printed + JSON.stringify(report)).not.toContain(secret)
  const found = report.findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
  return { api, report, found, advice: report.findings.filter(({ severity }) => severity === 'advice') }
}

const setUps: [string, Settings, Partial<DoctorOptions>][] = ['same-origin', 'cross-origin'].flatMap(
  (where) =>
    (['body', 'header'] as const).flatMap((tokenIn) =>
      [0, 10].map((reuseGrace): [string, Settings, Partial<DoctorOptions>] => [
        `${where}, token in the ${tokenIn}, ${reuseGrace} s of grace`,
        { tokenIn, reuseGrace },
        { ...(where === 'cross-origin' && { origin: PAGE }), grace: 0 },
      ]),
    ),
)

test.each<[string, Settings, Partial<DoctorOptions>, boolean?]>([
  ...setUps,
  ['double submit of a cookie', { csrf: 'double-submit' }, { origin: PAGE }],
  ['opaque tokens', { tokenFormat: 'opaque' }, { origin: PAGE }],
  ['tokens without iat', { omitIat: true, tokenIn: 'header' }, { origin: PAGE }],
  ['over TLS', {}, {}, true],
  ['over TLS, cross-origin', { tokenIn: 'header' }, { origin: 'https://localhost:5173' }, true],
])('an API without flaws has no errors and no warnings: %s', async (_, settings, options, tls) => {
  const { found, report, api } = await diagnose(settings, options, tls)
  expect(found).toEqual([])
  expect(report.summary.ok).toBeGreaterThan(55)
  expect(report.isSignedIn).toBe(true)
  expect(report.requests).toBeLessThan(70)
  expect(api.api.sessions.count(), 'sessions that were left open').toBe(0)
})

test('a grace period that ends during the examination is measured, and reuse after it is judged', async () => {
  const { found, report } = await diagnose({ reuseGrace: 0.3 })
  expect(found).toEqual([])
  const judged = ['refresh.reuse', 'refresh.reuse-family', 'refresh.grace', 'refresh.grace-forks']
  for (const id of judged)
    expect(report.findings).toContainEqual(expect.objectContaining({ id, severity: 'ok' }))
})

test('a grace period whose end is not awaited is not judged', async () => {
  const { report } = await diagnose({ reuseGrace: 10 }, { grace: 0 })
  const evidence = expect.stringContaining('--grace 0')
  expect(report.findings).toContainEqual(
    expect.objectContaining({ id: 'refresh.reuse', severity: 'skipped', evidence }),
  )
})

test('the suggested options match the API', async () => {
  const { report } = await diagnose({ csrf: 'double-submit' }, { origin: PAGE })
  const { origin } = new URL(report.url)
  expect(report.suggestion?.code).toBe(`// auth.vault.ts
import { openVault } from 'tokencell/vault'
export default openVault({
  origins: ['${origin}'],
  signIn: { path: '/api/v1/login', csrf: { header: 'X-Requested-With', value: 'tokencell' } },
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
  csrf: { header: 'X-CSRF-Token', cookie: 'csrf_token' },
})
`)
  expect(report.suggestion?.tried).toEqual(['sign-in', 'request', 'reload', 'refresh', 'sign-out'])
})

test('without an account, doctor judges what an anonymous user can see', async () => {
  const { report, found } = await diagnose(
    { flaws: ['cors-any-origin'] },
    { origin: PAGE, credentials: undefined },
  )
  expect(found.map(({ id }) => id)).toEqual(['cors.reflects'])
  expect(report.suggestion).toBeUndefined()
  expect(report.findings.filter(({ severity }) => severity === 'skipped').length).toBeGreaterThan(40)
})

test('doctor reports a missing limit on sign-ins, and accepts an existing one', async () => {
  const unlimited = await diagnose({}, { rateLimit: true })
  expect(unlimited.found.map(({ id }) => id)).toEqual(['limits.sign-in'])

  const { api, url, close } = await serve({ corsOrigins: [PAGE] })
  onTestFinished(close)
  let signIns = 0
  const take = api.faults.middleware
  expect(take).toBeTypeOf('function')
  // Doctor makes seven sign-ins before those that test the limit.
  const limit = (entry: { path: string; status: number | null }) => {
    if (entry.status === null && entry.path.endsWith('/login') && ++signIns === 12)
      api.faults.add({ route: 'login', kind: 'status', status: 429 })
    return false
  }
  void api.journal.when(limit)
  const report = await examine({ url, origin: PAGE, credentials: ADA, rateLimit: true })
  const finding = (id: string) => report.findings.find((it) => it.id === id)
  expect(finding('limits.sign-in')?.severity).toBe('ok')
  expect(finding('limits.retry-after')).toMatchObject({
    severity: 'advice',
    evidence: expect.stringContaining('429'),
  })
})
