// What a newcomer does first: a mistake in the vault file, mended while the development server runs and the tab stays open.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { seconds } from '../../scripts/run.mjs'
import { withServer } from './browse.mjs'
import { closed, expect, until, watch } from './drive.mjs'
import { environments } from './environments.mjs'

const ADA = { email: 'ada@example.com', password: 'correct horse' }

const misspell = (text) => text.replace('signIn:', 'signin:')

/** The vault file, in two. */
const split = (text) => ({
  'auth.vault.ts': `import { openVault } from 'tokencell/vault'
import { options } from './vault-options'

export default openVault(options)
`,
  'vault-options.ts': text
    .replace(/^import .*/, '')
    .replace('export default openVault', 'export const options = '),
})

/** What is done to the vault file, and what the page and its console say of that. */
const mistakes = [
  { name: 'a misspelt option', plant: misspell, says: /signin/ },
  { name: 'one in a file that it imports', plant: misspell, files: split, says: /signin/ },
  { name: 'a path for an origin', plant: (text) => text.replace("'],", "/api'],"), says: /origin/ },
  { name: 'a syntax error', plant: (text) => `${text}const = 1\n`, says: /auth\.?_?vault/ },
  {
    name: 'an error that is thrown',
    plant: (text) => `throw new Error('mine')\n${text}`,
    says: /Error: mine/,
  },
  { name: 'an import that is missing', plant: (text) => `import './nowhere'\n${text}`, says: /nowhere/ },
]

/** Only Vite loads a page again whose worker has changed. Next compiles what is wrong in any file into its own error page. */
const isVite = ({ name }) => name.startsWith('vite')
const mistakesIn = (environment) => (isVite(environment) ? mistakes : mistakes.slice(0, 3))

export const edits = environments
  .filter(({ name }) => name.endsWith('-dev'))
  .map((environment) => ({
    name: environment.name.replace(/dev$/, 'edit'),
    full: environment.name !== 'vite-8-dev',
    work: ({ browser, tarball }) =>
      withServer(environment, { tarball, vaults: ['shared'] }, async (served) => {
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
  /** Next may not have seen the edit yet when the page is loaded; Vite loads it again when it has. */
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

    const mended = begin(files(good))
    const fetchAsAda = ([ada, me]) =>
      auth
        .signIn(ada)
        .then(() => auth.fetch(me))
        .then(({ status }) => status)
    await until('a protected answer', async () => {
      await show(false)
      return (await page.evaluate(fetchAsAda, [ADA, me])) === 200
    })
    console.log(`  ${name}: named after ${named}, mended after ${seconds(mended)}`)
  }

  // A relative URL goes to the page's own server, which knows no such path.
  const warned = page.waitForEvent('console', {
    predicate: (message) => message.text().includes("auth.fetch('/api/v1/me')"),
  })
  expect(
    'an answer of the server of the page',
    await page.evaluate(() =>
      auth
        .fetch('/api/v1/me')
        .then(({ ok, headers }) => (ok && /html/.test(headers.get('content-type'))) || !ok),
    ),
    true,
  )
  await warned
}
