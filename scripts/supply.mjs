import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { announced, Failure, program, root, run } from './run.mjs'

/** Licences of npm packages that this project may use. Weak copyleft is allowed in tools that are not shipped. */
const ALLOWED =
  /^(0BSD|Apache-2\.0|Artistic-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC-BY-4\.0|CC0-1\.0|ISC|LGPL-3\.0-or-later|MIT(-0)?|MPL-2\.0|Python-2\.0|Unlicense)$/
const isAllowed = (licence) =>
  licence
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((name) => ALLOWED.test(name)))

/** The npm packages in package-lock.json without a licence that is allowed. */
export function wrongLicences() {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([folder, { link }]) => folder.includes('node_modules/') && !link)
    .filter(([, { license = '' }]) => !isAllowed(license))
    .map(([folder, { license }]) => `${folder}: ${license ?? 'no licence'}`)
}

/** It takes over four minutes of two cores to compile, so only the full run installs it. */
async function installDeny() {
  const install = ['install', 'cargo-deny', '--locked']
  await run('cargo', ['deny', '--version']).catch(() =>
    announced(`cargo ${install.join(' ')}`, run('cargo', install)),
  )
}

const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|405 Method Not Allowed|audit endpoint returned an error/
const NO_DATABASE =
  /failed to fetch advisory database|failed to open advisory database|resolve host|advisory database/i

/** Runs a check that needs a service. If the service cannot be reached, says so instead of failing. */
async function ifReachable(name, work, pattern) {
  try {
    await work()
    return `✓ ${name}`
  } catch (error) {
    if (!(error instanceof Failure) || !pattern.test(error.output)) throw error
    const [reason] = error.output.split('\n').filter((line) => pattern.test(line))
    return `– ${name} is skipped, because its service cannot be reached: ${reason.trim()}`
  }
}

/** Licences, sources, advisories and signatures of everything that is installed or compiled. */
export async function checkSupply() {
  await installDeny()
  const manifests = ['Cargo.toml', 'tests/fuzz/core/Cargo.toml'].filter((file) =>
    existsSync(path.join(root, file)),
  )
  const lines = []
  for (const manifest of manifests) {
    const deny = (...which) =>
      run('cargo', ['deny', '--manifest-path', manifest, '--config', 'deny.toml', 'check', ...which])
    await deny('licenses', 'bans', 'sources')
    lines.push(`✓ licences, bans and sources of ${manifest}`)
    lines.push(await ifReachable(`advisories of ${manifest}`, () => deny('advisories'), NO_DATABASE))
  }
  const wrong = wrongLicences()
  if (wrong.length > 0)
    throw new Failure('these npm packages have a licence that is not allowed', wrong.join('\n'))
  lines.push('✓ licences of npm packages')
  const npm =
    (...args) =>
    () =>
      run('npm', args)
  lines.push(await ifReachable('npm audit signatures', npm('audit', 'signatures'), UNREACHABLE))
  lines.push(await ifReachable('npm audit', npm('audit', '--omit=dev'), UNREACHABLE))
  return lines.join('\n')
}

await program(import.meta.url, async () => console.log(await checkSupply()))
