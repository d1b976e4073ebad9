import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { skipped } from '../../scripts/steps.mjs'
import { drive } from './drive.mjs'
import { fill, sources } from './project.mjs'
import { withServer } from './served.mjs'

/** Runs the session test in an environment, with each of the vaults. */
export async function browse(environment, { browser, tarball, vaults }) {
  if (vaults.includes('page') && !environment.place) return skipped('the project has its own auth.js')
  const { pages, tolerated } = environment
  return withEnvironment(environment, { tarball, vaults }, async (served) => {
    for (const vault of vaults) await drive({ ...served, browser, vault, pages, tolerated })
  })
}

/** Serves an environment with its application and an API while `work` runs. */
export const withEnvironment = (environment, { tarball, vaults }, work) =>
  withServer(
    environment,
    { tarball, write: (folder, apiUrl) => write(environment, folder, { apiUrl, vaults }) },
    work,
  )

function write({ source, place, copy }, folder, { apiUrl, vaults }) {
  const from = (name) => path.join(sources, name)
  fill(folder, [
    ...(place ? [[from('shared'), place]] : []),
    [from(source), '.'],
    ...(copy ? [[path.join(folder, copy.from), copy.to]] : []),
    ...(vaults.includes('page') ? [[from('page'), place]] : []),
  ])
  // The vault file is the only place with the address of the API, so it is replaced there.
  const extension = place ? 'ts' : 'js'
  const file = path.join(folder, place ?? 'public', `auth.vault.${extension}`)
  writeFileSync(file, readFileSync(file, 'utf8').replace('http://localhost:8787', apiUrl))
}
