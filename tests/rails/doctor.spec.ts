import { examine } from '../../js/doctor/report.js'
import { expect, test } from './fixtures.js'

for (const [name, settings] of Object.entries({
  'the token in the header, without a grace period': {},
  'the token in the body, with a grace period': { API_TOKEN_IN: 'body', API_REUSE_GRACE: 0.5 },
})) {
  test.describe(name, () => {
    test.use({ settings })

    for (const where of ['its own pages', 'pages of another origin']) {
      test(`doctor reports no error and no warning for ${where}`, async ({ rails, site, person }) => {
        const url = `${rails.url.replace('127.0.0.1', 'localhost')}/api/v1`
        const origin = where === 'its own pages' ? undefined : new URL(site.url).origin
        const report = await examine({ url, origin, credentials: person })
        const found = report.findings.filter(({ severity }) => severity === 'error' || severity === 'warning')
        expect(found).toEqual([])
        expect(report.isSignedIn).toBe(true)
        expect(report.summary.ok).toBeGreaterThan(60)
        expect(JSON.stringify(report)).not.toContain(person.password)
      })
    }
  })
}
