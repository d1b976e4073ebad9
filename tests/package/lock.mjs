// Rewrites the lock files after a version in projects/*/package.json has changed: `node tests/package/lock.mjs [names…]`

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { program, run } from '../../scripts/run.mjs'
import { projects } from './project.mjs'

const platform =
  /(?<os>android|darwin|freebsd|linux|openbsd|openharmony|win32)-(?<cpu>arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(-(?<libc>gnu|musl))?/

const libcs = { gnu: 'glibc', musl: 'musl' }

/** Adds optional packages that the local registry does not have. Without them, npm ci fails with other registries. */
function complete(lock) {
  for (const [place, { optionalDependencies = {} }] of Object.entries(lock.packages))
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const { os, cpu, libc } = name.match(platform)?.groups ?? {}
      if (!os || isInstalled(lock, place, name)) continue
      const entry = {
        version,
        cpu: [cpu],
        ...(os === 'linux' && libc && { libc: [libcs[libc]] }),
        optional: true,
        os: [os],
      }
      lock.packages[`node_modules/${name}`] = entry
    }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lock, packages: Object.fromEntries(sorted) }
}

/** Whether the package at `place` finds `name`, in its own node_modules or one further up. */
function isInstalled(lock, place, name) {
  if (`${place && `${place}/`}node_modules/${name}` in lock.packages) return true
  const above = place.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')
  return above !== place && isInstalled(lock, above, name)
}

await program(import.meta.url, async (names) => {
  for (const name of names.length ? names : readdirSync(projects)) {
    const cwd = path.join(projects, name)
    const file = path.join(cwd, 'package-lock.json')
    rmSync(file, { force: true })
    // The lock file has no registry URLs, so that npm ci uses the configured registry.
    const options = ['--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved']
    await run('npm', ['install', ...options], { cwd })
    const lock = complete(JSON.parse(readFileSync(file, 'utf8')))
    writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
    console.log(name)
  }
})
