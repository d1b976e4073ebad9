import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '../../scripts/run.mjs'
import { closed, expect, until, watch } from './drive.mjs'
import { fill, sources } from './project.mjs'
import { SECRET, withServer } from './served.mjs'

const nuxt = 'node_modules/nuxt/bin/nuxt.mjs'
const modes = ['bff', 'vault']
const projects = [{ project: 'nuxt-4.4' }, { project: 'nuxt-4.5', leastNode: '22.19.0', full: true }]

/** Standard Nuxt projects with the module, in both modes: type check, build and session test. */
export const modules = projects.map(({ full, ...project }) => ({
  name: `${project.project}-module`,
  full,
  async work({ browser, tarball }) {
    for (const mode of modes) {
      const lack = await tryOut(mode, project, { browser, tarball })
      if (lack) return lack
    }
  },
}))

const tryOut = (mode, project, { browser, tarball }) =>
  withServer(
    {
      ...project,
      builds: [
        [nuxt, 'prepare'],
        ['node_modules/vue-tsc/bin/vue-tsc.js', '-b', '--noEmit'],
        [nuxt, 'build'],
      ],
      serve: () => ['.output/server/index.mjs'],
      env: () => ({ NUXT_TOKENCELL_SECRET: SECRET }),
    },
    { tarball, write: (folder, apiUrl) => write(mode, folder, apiUrl) },
    async ({ url, api }) => {
      await visit(mode, { browser, url, api }).catch((error) => {
        throw new Failure(`${mode}: ${error.message}`, error.output)
      })
    },
  )

function write(mode, folder, apiUrl) {
  fill(folder, [
    [path.join(sources, 'nuxt-module'), '.'],
    [path.join(sources, `nuxt-module-${mode}`), '.'],
  ])
  const config = path.join(folder, 'nuxt.config.ts')
  writeFileSync(config, readFileSync(config, 'utf8').replaceAll('http://localhost:8787', apiUrl))
}

/** A deep link to a guarded page, the sign-in, a reload there, and the sign-out. */
async function visit(mode, { browser, url, api }) {
  const context = await browser.newContext()
  try {
    const { page, errors } = await watch(context)
    const heading = () => page.textContent('h1')
    const arrive = (expected) =>
      until(expected, async () => (await heading()) === expected).catch(async (error) => {
        throw new Failure(error.message, [await page.textContent('body'), ...errors].join('\n'))
      })
    const user = 'ada@example.com has ada@example.com'

    await page.goto(`${url}/account`)
    await arrive('Sign in')
    await page.click('button:enabled')
    await arrive(user)
    expect('the path', new URL(page.url()).pathname, '/account')

    const reloaded = await page.reload()
    expect('the user in the HTML', (await reloaded.text()).includes('ada@example.com'), mode === 'bff')
    await arrive(user)
    expect('refreshes', api.journal.counts().refresh.total, 0)
    await page.click('button:enabled')
    await arrive('Sign in')
    expect('errors in the console', errors, [])
  } finally {
    await closed(context)
  }
}
