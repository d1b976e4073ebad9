// A mistake in the vault file is fixed while the development server runs and the tab stays open.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { seconds } from '../../scripts/run.mjs'
import { withEnvironment } from './browse.mjs'
import { closed, expect, until, watch } from './drive.mjs'
import { environments } from './environments.mjs'

const ADA = { email: 'ada@example.com', password: 'correct horse' }

const misspell = (text) => text.replace('signIn:', 'signin:')

/** The vault file, split into two files. */
const split = (text) => ({
  'auth.vault.ts': `import { openVault } from 'tokencell/vault'
import { options } from './vault-options'

export default openVault(options)
`,
  'vault-options.ts': text
    .replace(/^import .*/, '')
    .replace('export default openVault', 'export const options = '),
})

/** Mistakes in the vault file, with the expected message on the page and in its console. */
const mistakes = [
  { name: 'a misspelt option', plant: misspell, says: /signin/ },
  { name: 'a misspelt option in an imported file', plant: misspell, files: split, says: /signin/ },
  { name: 'an origin with a path', plant: (text) => text.replace("'],", "/api'],"), says: /origin/ },
  { name: 'a syntax error', plant: (text) => `${text}const = 1\n`, says: /auth\.?_?vault/ },
  {
    name: 'a thrown error',
    plant: (text) => `throw new Error('mine')\n${text}`,
    says: /Error: mine/,
  },
  { name: 'an import of a missing file', plant: (text) => `import './nowhere'\n${text}`, says: /nowhere/ },
]

/** Only Vite reloads a page when its worker changes. Next shows compile errors of every file on its own error page. */
const isVite = ({ name }) => name.startsWith('vite')
const mistakesIn = (environment) => (isVite(environment) ? mistakes : mistakes.slice(0, 3))

export const edits = environments
  .filter(({ name }) => name.endsWith('-dev'))
  .map((environment) => ({
    name: environment.name.replace(/dev$/, 'edit'),
    full: environment.name !== 'vite-8-dev',
    work: ({ browser, tarball }) =>
      withEnvironment(environment, { tarball, vaults: ['shared'] }, async (served) => {
        const context = await browser.newContext()
        try {
          await edit({ ...served, ...(await watch(context)), environment })
        } finally {
          await closed(context)
        }
      }),
  }))

async function edit({ page, url, apiUrl, folder, environment }) {
  const me = `${apiUrl}/api/v1/me`
  const place = (name) => path.join(folder, environment.place, name)
  const good = readFileSync(place('auth.vault.ts'), 'utf8')
  const begin = (files) => {
    for (const [name, text] of Object.entries(files)) {
      const isThere = existsSync(place(name)) && readFileSync(place(name), 'utf8') === text
      if (!isThere) writeFileSync(place(name), text)
    }
    return performance.now()
  }
  /** Loads the page. Next may not have seen the edit at the first load, so it is repeated. Vite reloads by itself. */
  const show = (isFirst) => (isFirst || !isVite(environment) ? page.goto(url) : undefined)

  for (const [index, mistake] of mistakesIn(environment).entries()) {
    const { name, plant, says, files = (text) => ({ 'auth.vault.ts': text }) } = mistake
    const planted = begin(files(plant(good)))
    const said = page.waitForEvent('console', {
      predicate: (message) => message.text().includes('[tokencell]') && says.test(message.text()),
    })
    said.catch(() => {})
    await until('the error', async () => {
      await show(index === 0)
      return says.test(await page.evaluate(() => auth.ready.then(String, ({ message }) => message)))
    })
    await said
    const named = seconds(planted)

    const fixed = begin(files(good))
    const fetchAsAda = ([ada, me]) =>
      auth
        .signIn(ada)
        .then(() => auth.fetch(me))
        .then(({ status }) => status)
    await until('a response from a protected route', async () => {
      await show(false)
      return (await page.evaluate(fetchAsAda, [ADA, me])) === 200
    })
    console.log(`  ${name}: named after ${named}, fixed after ${seconds(fixed)}`)
  }

  // A relative URL goes to the server of the page, which does not have this path.
  const warned = page.waitForEvent('console', {
    predicate: (message) => message.text().includes("auth.fetch('/api/v1/me')"),
  })
  expect(
    'an HTML or error response of the server of the page',
    await page.evaluate(() =>
      auth
        .fetch('/api/v1/me')
        .then(({ ok, headers }) => (ok && /html/.test(headers.get('content-type'))) || !ok),
    ),
    true,
  )
  await warned
}
