import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '../../scripts/run.mjs'
import { filesOf } from '../../scripts/snippets.mjs'
import { closed, expect, until, watch } from './drive.mjs'
import { fill } from './project.mjs'
import { SECRET, withServer } from './served.mjs'

const vite = 'node_modules/vite/bin/vite.js'
const next = 'node_modules/next/dist/bin/next'
const nuxt = 'node_modules/nuxt/bin/nuxt.mjs'

/** `main` is the script of the page that the template of Vite has, and `root` the id of its element. */
const withVite = ({ page, project, root, main }) => ({
  page,
  project,
  builds: [[vite, 'build']],
  serve: (port) => [vite, 'preview', '--host', 'localhost', '--port', port, '--strictPort'],
  template: {
    'index.html': `<!doctype html>
<meta charset="utf-8">
<title>start</title>
<link rel="icon" href="data:,">
<div id="${root}"></div>
<script type="module" src="/src/${main}"></script>
`,
  },
})

const pages = [
  withVite({ page: 'vue', project: 'start-vue', root: 'app', main: 'main.ts' }),
  { ...withVite({ page: 'react', project: 'start-react', root: 'root', main: 'main.tsx' }), full: true },
  { ...withVite({ page: 'plain', project: 'vite-8', root: 'app', main: 'main.ts' }), full: true },
  {
    page: 'next',
    project: 'next',
    builds: [[next, 'build']],
    serve: (port) => [next, 'start', '--port', port],
    env: (apiUrl) => ({ AUTH_SECRET: SECRET, API_URL: apiUrl }),
    full: true,
  },
  {
    page: 'nuxt',
    project: 'nuxt-4.4',
    builds: [[nuxt, 'build']],
    serve: () => ['.output/server/index.mjs'],
    env: (apiUrl) => ({ NUXT_TOKENCELL_SECRET: SECRET, NUXT_TOKENCELL_API: apiUrl }),
    full: true,
  },
]

/** The files of docs/start, put into an empty project of their framework: build, and what the page says in "It works if". */
export const starts = pages.map(({ page, full, template = {}, ...project }) => ({
  name: `start-${page}`,
  full,
  work: ({ browser, tarball }) =>
    withServer(
      project,
      {
        tarball,
        write: (folder, apiUrl) => write(folder, [...Object.entries(template), ...shown(page, apiUrl)]),
      },
      async ({ url }) => {
        await visit({ browser, url }).catch((error) => {
          throw new Failure(`docs/start/${page}.md: ${error.message}`, error.output)
        })
      },
    ),
}))

/** The files that a page shows, with the address of the API of the test. */
const shown = (page, apiUrl) =>
  [...filesOf(`docs/start/${page}.md`)].map(([name, text]) => [
    name,
    text.replaceAll('http://localhost:3000', apiUrl),
  ])

function write(folder, files) {
  fill(folder, [])
  for (const [name, text] of files) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** A note that the API gives Ada at its start. */
const NOTE = 'Return the book about bridges.'

/** What each of the pages promises at its end. */
async function visit({ browser, url }) {
  const context = await browser.newContext()
  context.setDefaultTimeout(30_000)
  try {
    const { page, errors } = await watch(context)
    const pathname = () => new URL(page.url()).pathname
    await page.goto(`${url}/notes`)
    await until('the sign-in page', async () => pathname() === '/sign-in')
    await signIn(page, 'wrong')
    await page.getByText('Wrong e-mail or password.').waitFor()
    // The browser reports the refused sign-in as an error.
    errors.length = 0

    await signIn(page, 'correct horse')
    await until('the notes after the sign-in', async () => pathname() === '/notes')
    await page.getByRole('heading', { name: 'Notes' }).waitFor()
    await page.getByText('Ada', { exact: true }).waitFor()
    await page.getByText(NOTE).waitFor()

    await page.reload()
    await page.getByText(NOTE).waitFor()
    await page.getByText('Ada', { exact: true }).waitFor()
    expect('the path after a reload', pathname(), '/notes')

    const other = await watch(context)
    await other.page.goto(`${url}/notes`)
    await other.page.getByText(NOTE).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    for (const tab of [page, other.page])
      await until(
        'the sign-in page after the sign-out',
        async () => new URL(tab.url()).pathname === '/sign-in',
      )
    expect('errors in the console', [...errors, ...other.errors], [])
  } finally {
    await closed(context)
  }
}

async function signIn(page, password) {
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
