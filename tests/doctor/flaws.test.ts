import { expect, test } from 'vitest'
import { flawNames } from '../../examples/api/src/flaws.js'
import type { DoctorOptions } from '../../js/doctor/options.js'
import { examine } from '../../js/doctor/report.js'
import { renderText } from '../../js/doctor/text.js'
import { ADA, PAGE, type Settings, serve } from './api.js'

/** The finding of doctor for a flaw, and the settings and options that this flaw needs. */
interface Case {
  finds: string
  as?: 'advice' | 'warning'
  settings?: Settings
  tls?: boolean
  options?: Partial<DoctorOptions>
}

const flaws: Record<string, Case> = {
  'cookie-readable': { finds: 'cookie.http-only' },
  'cookie-insecure': { finds: 'cookie.secure', tls: true },
  'cookie-without-same-site': { finds: 'cookie.same-site', as: 'warning' },
  'cookie-same-site-none': { finds: 'cookie.same-site-insecure' },
  'cookie-same-site-strict': {
    finds: 'cookie.same-site-blocks',
    options: { origin: 'http://localhost:5173' },
  },
  'cookie-for-subdomains': { finds: 'cookie.domain', as: 'warning' },
  'cookie-for-another-domain': { finds: 'cookie.domain-foreign' },
  'cookie-path-misses-refresh': { finds: 'cookie.path' },
  'cookie-path-changes': { finds: 'cookie.changes' },
  'cookie-prefix-broken': { finds: 'cookie.prefix-broken' },
  'cookie-twice': { finds: 'cookie.twice', as: 'warning' },
  'cookie-for-ever': { finds: 'cookie.lifetime-long', as: 'warning' },
  'cookie-too-short': { finds: 'cookie.lifetime-short' },
  'cookie-until-browser-closes': { finds: 'cookie.lifetime-none', as: 'advice' },

  'cors-any-origin': { finds: 'cors.reflects' },
  'cors-lookalike-origin': { finds: 'cors.lookalike' },
  'cors-null-origin': { finds: 'cors.null' },
  'cors-wildcard': { finds: 'cors.wildcard' },
  'cors-without-credentials': { finds: 'cors.credentials' },
  'cors-without-vary': { finds: 'cors.vary', as: 'warning' },
  'cors-authorization-hidden': { finds: 'cors.expose-authorization', settings: { tokenIn: 'header' } },
  'cors-retry-after-hidden': { finds: 'cors.expose-retry-after', as: 'warning' },
  'cors-date-hidden': { finds: 'cors.expose-date', as: 'advice' },
  'cors-authorization-refused': { finds: 'cors.preflight-headers' },
  'cors-csrf-header-refused': { finds: 'cors.preflight-headers' },
  'cors-delete-refused': { finds: 'cors.preflight-methods' },
  'cors-preflight-refused': { finds: 'cors.preflight-status' },
  'cors-preflight-uncached': { finds: 'cors.preflight-cache', as: 'advice' },
  'cors-missing-on-errors': { finds: 'cors.errors' },

  'token-long': { finds: 'token.lifetime-long' },
  'token-short': { finds: 'token.lifetime-short', as: 'warning' },
  'token-endless': { finds: 'token.no-expiry' },
  'token-unsigned': { finds: 'token.unsigned' },
  'token-large': { finds: 'token.large', as: 'warning' },
  'token-personal-data': { finds: 'token.personal-data', as: 'advice' },
  'token-secrets': { finds: 'token.secrets' },
  'token-twice': { finds: 'token.twice', as: 'warning' },
  'token-without-scheme': { finds: 'token.scheme', settings: { tokenIn: 'header' } },
  'token-expiry-contradicts': { finds: 'token.expiry-contradicts', as: 'warning' },
  'refresh-token-in-body': { finds: 'token.refresh-in-body' },
  'clock-wrong': { finds: 'clock.date', as: 'warning' },
  'issuer-clock-wrong': { finds: 'clock.iat', as: 'warning' },

  'refresh-without-rotation': { finds: 'refresh.rotation', as: 'warning' },
  'refresh-without-token': { finds: 'refresh.token' },
  'refresh-by-get': { finds: 'refresh.by-get', as: 'warning' },
  'refresh-refusal-500': { finds: 'refresh.refusal' },
  'reuse-undetected': { finds: 'refresh.reuse' },
  'reuse-grace-endless': { finds: 'refresh.reuse' },
  'reuse-family-survives': { finds: 'refresh.reuse-family', as: 'warning' },

  'sign-in-200-on-failure': { finds: 'sign-in.refusal' },
  'sign-in-huge': { finds: 'sign-in.size' },
  'sign-out-keeps-session': { finds: 'sign-out.revokes' },
  'sign-out-keeps-access': { finds: 'sign-out.access', as: 'advice' },
  'sign-out-keeps-cookie': { finds: 'sign-out.cookie', as: 'warning' },

  'csrf-sign-in-open': { finds: 'csrf.sign-in' },
  'csrf-refresh-open': { finds: 'csrf.refresh', as: 'warning' },
  'csrf-sign-out-open': { finds: 'csrf.sign-out', as: 'warning' },
  'csrf-header-optional': { finds: 'csrf.refresh-header', as: 'warning' },
  'csrf-origin-ignored': { finds: 'csrf.refresh-origin', as: 'advice' },

  'cached-tokens': { finds: 'answers.no-store', as: 'warning' },
  'redirect-instead-of-401': { finds: 'answers.redirect' },
  'redirect-for-any-accept': { finds: 'answers.redirect-any', as: 'warning' },
  'no-www-authenticate': { finds: 'answers.www-authenticate', as: 'advice' },
  'cookie-is-enough': { finds: 'me.cookie', as: 'warning' },
}

test('the table contains every flaw of the embedded API', () => {
  expect(Object.keys(flaws)).toEqual(flawNames)
})

test.for(Object.entries(flaws))(
  '%s is found, and no other error',
  async ([flaw, wanted], { onTestFinished }) => {
    const page = wanted.options?.origin ?? (wanted.tls ? 'https://localhost:5173' : PAGE)
    const settings: Settings = { ...wanted.settings, corsOrigins: [page], flaws: [flaw] }
    const api = await serve(settings, { tls: wanted.tls ?? false })
    onTestFinished(api.close)
    const report = await examine({
      url: api.url,
      origin: page,
      credentials: ADA,
      grace: 0.1,
      insecure: wanted.tls ?? false,
      ...wanted.options,
    })
    const severity = wanted.as ?? 'error'
    const finding = report.findings.find(({ id }) => id === wanted.finds)
    expect(finding).toMatchObject({ severity, evidence: expect.stringMatching(/./) })
    const errors = report.findings.filter((it) => it.severity === 'error').map(({ id }) => id)
    expect(errors).toEqual(severity === 'error' ? [wanted.finds] : [])

    expect(api.secrets.size).toBeGreaterThan(6)
    const look = { width: 1000, hasColours: false, stack: undefined, isVerbose: true }
    const printed = renderText(report, look) + JSON.stringify(report)
    for (const secret of api.secrets) expect(printed).not.toContain(secret)
  },
)
