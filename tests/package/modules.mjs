import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createApi } from '../../examples/api/src/api.js'
import { finish, freePort, serve } from '../../scripts/processes.mjs'
import { Failure } from '../../scripts/run.mjs'
import { skipped } from '../../scripts/steps.mjs'
import { nodeFor } from './browse.mjs'
import { closed, expect, until, watch } from './drive.mjs'
import { fill, install, sources } from './project.mjs'

const nuxt = 'node_modules/nuxt/bin/nuxt.mjs'
const modes = ['bff', 'vault']
const projects = [{ project: 'nuxt-4.4' }, { project: 'nuxt-4.5', leastNode: '22.19.0', full: true }]

/** Standard Nuxt projects with the module, in both modes: type check, build and session test. */
export const modules = projects.map(({ project, leastNode, full }) => ({
  name: `${project}-module`,
  full,
  async work({ browser, tarball }) {
    const folder = await install(project, tarball)
    const node = nodeFor({ leastNode }, folder)
    if (!node) return skipped(`needs Node ${leastNode}`)
    for (const mode of modes) await tryOut(mode, { browser, folder, node })
  },
}))

async function tryOut(mode, { browser, folder, node }) {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const api = createApi({ corsOrigins: [url] })
  const { url: apiUrl, close } = await api.listen({ host: 'localhost' })
  try {
    fill(folder, [
      [path.join(sources, 'nuxt-module'), '.'],
      [path.join(sources, `nuxt-module-${mode}`), '.'],
    ])
    const config = path.join(folder, 'nuxt.config.ts')
    writeFileSync(config, readFileSync(config, 'utf8').replaceAll('http://localhost:8787', apiUrl))
    await finish(nuxt, ['prepare'], { cwd: folder, node })
    await finish('node_modules/vue-tsc/bin/vue-tsc.js', ['-b', '--noEmit'], { cwd: folder, node })
    await finish(nuxt, ['build'], { cwd: folder, node })
    const env = {
      PORT: String(port),
      HOST: 'localhost',
      NUXT_TOKENCELL_SECRET: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
    }
    const server = await serve(url, '.output/server/index.mjs', [], { cwd: folder, node, env })
    try {
      await visit(mode, { browser, url, api })
    } catch (error) {
      throw new Failure(`${mode}: ${error.message}`, `${server.output()}\n${error.output ?? ''}`)
    } finally {
      await server.end()
    }
  } finally {
    await close()
  }
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
