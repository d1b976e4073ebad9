import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Failure, program, run } from './run.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(path.delimiter)]
const macApps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

function find() {
  const named = process.env.TOKENCELL_CHROMIUM
  if (named && !existsSync(named))
    throw new Failure(`TOKENCELL_CHROMIUM names ${named}, which does not exist`)
  const places = names.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  return named ?? [...places, ...macApps].find((file) => existsSync(file))
}

const debian = () =>
  existsSync('/etc/os-release') && /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'))

/** The path of the browser that the end-to-end tests drive. */
export function chromium() {
  const found = find()
  if (found) return found
  const command = debian() ? 'sudo apt-get install -y chromium' : 'brew install --cask google-chrome'
  throw new Failure(`No Chromium or Chrome found: run ${command}, or set TOKENCELL_CHROMIUM to one`)
}

/** The same, installing it where that needs nobody's password. */
export async function installChromium() {
  if (!find() && debian() && process.getuid?.() === 0) {
    console.log('apt-get install chromium …')
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  return chromium()
}

await program(import.meta.url, async () => console.log(await installChromium()))
