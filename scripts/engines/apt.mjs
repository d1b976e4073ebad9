import { existsSync, readFileSync } from 'node:fs'
import { announced, run } from '../run.mjs'
import { programs } from './table.mjs'

const release = () => (existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '')
const isDebianLike = () => /^ID(_LIKE)?=.*debian/m.test(release())

/** Whether installing needs nobody's password. The names of the packages are those of Debian itself. */
export const canInstall = () => /^ID="?debian"?$/m.test(release()) && process.getuid?.() === 0

/** What a person would type to install an engine here, where there is such a thing. */
export function commandFor(name) {
  const { debian, mac } = programs[name]
  if (process.platform === 'darwin') return mac
  return isDebianLike() ? `sudo apt-get install -y ${debian.join(' ')}` : undefined
}

/** Installs the packages of all these engines at once; resolves to the names that it was given. */
export async function installPackages(names) {
  const packages = names.flatMap((name) => programs[name].debian)
  const apt = (...args) =>
    // Another program may hold the lock of dpkg for a while, such as a machine that has just been started.
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } })
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages)
  await announced(`apt-get install ${packages.join(' ')}`, apt('update').then(install))
  return names
}
