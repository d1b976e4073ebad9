import path from 'node:path'
import { fresh } from './fresh.mjs'
import { finish, serve } from './processes.mjs'
import { root } from './run.mjs'

const folder = path.join(root, 'examples/next')
const next = path.join(root, 'node_modules/next/dist/bin/next')

/** Where examples/next is built, a folder for each bundler. */
const outputOf = (bundler) => `.next-${bundler}`

/** The origin that the page with the vault asks, which is built into it. */
export const VAULT_API = 'http://localhost:8787'

/** Builds examples/next against pkg/, which has to be there; false when there was nothing to do. */
export const buildNext = (bundler = 'turbopack') =>
  fresh(
    `next-${bundler}`,
    {
      inputs: ['examples/next', 'pkg', 'package-lock.json'],
      outputs: [`examples/next/${outputOf(bundler)}`],
    },
    () =>
      finish(next, ['build', `--${bundler}`], {
        cwd: folder,
        env: { NEXT_DIST: outputOf(bundler), NEXT_PUBLIC_API_URL: VAULT_API },
      }),
  )

/** Serves examples/next on a port: as it was built, or compiled as it is asked for. */
export function serveNext(port, { mode = 'start', bundler = 'turbopack', env = {} }) {
  const args = mode === 'dev' ? ['dev', `--${bundler}`] : ['start']
  const dist = mode === 'dev' ? `${outputOf(bundler)}-dev` : outputOf(bundler)
  return serve(`http://localhost:${port}/about`, next, [...args, '--port', String(port)], {
    cwd: folder,
    env: { NEXT_DIST: dist, NEXT_PUBLIC_API_URL: VAULT_API, ...env },
  })
}
