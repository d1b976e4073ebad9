import { existsSync, readFileSync } from 'node:fs'
import { announced, run } from '../run.mjs'
import { programs } from './table.mjs'

const release = () => (existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '')
const isDebianLike = () => /^ID(_LIKE)?=.*debian/m.test(release())

/** Whether packages can be installed without a password. Only Debian has these package names. */
export const canInstall = () => /^ID="?debian"?$/m.test(release()) && process.getuid?.() === 0

/** The command that installs an engine on this machine, if there is one. */
export function commandFor(name) {
  const { debian, mac } = programs[name]
  if (process.platform === 'darwin') return mac
  return isDebianLike() ? `sudo apt-get install -y ${debian.join(' ')}` : undefined
}

/** Installs the packages of all these engines at once; resolves to the given names. */
export async function installPackages(names) {
  const packages = names.flatMap((name) => programs[name].debian)
  const apt = (...args) =>
    // Another program may hold the lock of dpkg for a while, for example after the machine has started.
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } })
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages)
  await announced(`apt-get install ${packages.join(' ')}`, apt('update').then(install))
  return names
}
