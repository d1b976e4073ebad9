import { readFileSync } from 'node:fs'
import path from 'node:path'
import { checks } from './checks/index.js'
import { expect, test } from './fixtures.js'
import { run } from './harness.js'
import { root } from './results.js'

/** Code of the package that keeps a token from a script, and the check that must see the token without it. */
const HARDENINGS = [
  {
    title: 'the refusal of a vault file in a page',
    file: 'vault/open.js',
    code: "if (isPage && ownProperty(options, 'page') !== true)",
    without: 'if (false)',
    check: 'B6-import',
    place: 'shared',
  },
  {
    title: 'the removal of tokens from the results and errors of a sign-in',
    file: 'common/redaction.js',
    code: 'return parseWithout(text, headers, secrets, challenge);',
    without: 'return [JSON.parse(text), false];',
    check: 'F2-malformed',
    place: 'worker',
  },
  {
    title: 'the removal of headers with a credential',
    file: 'vault/credential.js',
    code: 'if (![...response.headers.keys()].some(isCredential))',
    without: 'if (true)',
    check: 'F2-header',
    place: 'shared',
  },
  {
    title: 'the `fetch` that is read once, at the start',
    file: 'common/platform-fetch.js',
    code: 'export const platformFetch = realm[KEY] ?? realm.fetch;',
    without: 'export const platformFetch = (...args) => realm.fetch(...args);',
    check: 'A1-fetch',
    moment: 'started',
    place: 'page',
  },
] as const

for (const { title, file, code, without, check: id, place, ...more } of HARDENINGS) {
  test.describe(() => {
    test.use({ place })

    test(`without ${title}, check ${id} sees the token`, async ({ scene }) => {
      const text = readFileSync(path.join(root, 'pkg', file), 'utf8')
      expect(text, 'the code has changed: adapt this list').toContain(code)
      scene.site.overrides.set(`/pkg/${file}`, (response) => {
        response.setHeader('content-type', 'text/javascript').end(text.replace(code, without))
      })
      const check = checks.find((check) => check.id === id)
      expect(check && (await run(check, 'moment' in more ? more.moment : 'before', scene))).toBe('leaked')
    })
  })
}
