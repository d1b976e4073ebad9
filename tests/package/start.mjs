import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createApi } from '../../examples/api/src/api.js'
import { finish, freePort, serve } from '../../scripts/processes.mjs'
import { Failure } from '../../scripts/run.mjs'
import { filesOf } from '../../scripts/snippets.mjs'
import { closed, expect, until, watch } from './drive.mjs'
import { fill, install, sources } from './project.mjs'

const vite = 'node_modules/vite/bin/vite.js'
const next = 'node_modules/next/dist/bin/next'
const nuxt = 'node_modules/nuxt/bin/nuxt.mjs'
const SECRET = 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA='

const withVite = (page, project) => ({
  page,
  project,
  source: `start-${page}`,
  build: [vite, 'build'],
  serve: (port) => [vite, 'preview', '--host', 'localhost', '--port', port, '--strictPort'],
})

const pages = [
  withVite('vue', 'start-vue'),
  withVite('react', 'start-react'),
  withVite('plain', 'vite-8'),
  {
    page: 'next',
    project: 'next',
    build: [next, 'build'],
    serve: (port) => [next, 'start', '--port', port],
    full: true,
  },
  {
    page: 'nuxt',
    project: 'nuxt-4.4',
    build: [nuxt, 'build'],
    serve: () => ['.output/server/index.mjs'],
    full: true,
  },
]

/** The files of docs/start, put into an empty project of their framework: build, and what the page says in "It works if". */
export const starts = pages.map(({ page, full, ...project }) => ({
  name: `start-${page}`,
  full,
  work: (tools) => tryOut(page, project, tools),
}))

async function tryOut(page, { project, source, build, serve: command }, { browser, tarball }) {
  const folder = await install(project, tarball)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const api = createApi({ corsOrigins: [url] })
  const { url: apiUrl, close } = await api.listen({ host: 'localhost' })
  try {
    fill(folder, source ? [[path.join(sources, source), '.']] : [])
    for (const [name, text] of filesOf(`docs/start/${page}.md`)) {
      const file = path.join(folder, name)
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, text.replaceAll('http://localhost:3000', apiUrl))
    }
    await finish(build[0], build.slice(1), { cwd: folder })
    const [script, ...args] = command(String(port))
    const env = { PORT: String(port), HOST: 'localhost', AUTH_SECRET: SECRET, API_URL: apiUrl }
    const server = await serve(url, script, args, {
      cwd: folder,
      env: { ...env, NUXT_TOKENCELL_SECRET: SECRET, NUXT_TOKENCELL_API: apiUrl },
    })
    try {
      await visit({ browser, url })
    } catch (error) {
      throw new Failure(
        `docs/start/${page}.md: ${error.message}`,
        `${server.output()}\n${error.output ?? ''}`,
      )
    } finally {
      await server.end()
    }
  } finally {
    await close()
  }
}

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
    await page.getByText('No notes yet.').waitFor()

    await page.reload()
    await page.getByText('No notes yet.').waitFor()
    await page.getByText('Ada', { exact: true }).waitFor()
    expect('the path after a reload', pathname(), '/notes')

    const other = await watch(context)
    await other.page.goto(`${url}/notes`)
    await other.page.getByText('No notes yet.').waitFor()
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
