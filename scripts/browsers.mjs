import { canInstall, installPackages } from './engines/apt.mjs'
import { engine, missing } from './engines/find.mjs'
import { engines, optional, programs } from './engines/table.mjs'
import { Failure, program } from './run.mjs'

export { engine, missing }

/** Every engine that the end-to-end tests run in. */
export const engineNames = Object.keys(engines)

/** These engines, and the servers that tests also need. */
export const programNames = Object.keys(programs)

/** The path of the browser that the end-to-end tests require. */
export const chromium = () => engine('chromium').browser

/**
 * The path of the browser that tests drive as Chromium. The quick run uses the headless shell if it is
 * installed: the same engine without the user interface, which needs two thirds of the time.
 */
export function testedChromium({ full = Boolean(process.env.TOKENCELL_FULL) } = {}) {
  const takesShell = !full && !process.env.TOKENCELL_CHROMIUM && !missing('headless-shell')
  return takesShell ? engine('headless-shell').browser : chromium()
}

/**
 * Installs missing programs if this needs no password.
 *
 * @throws Failure if there is no Chromium, or if an installed program is still not found
 */
export async function installPrograms(names = programNames) {
  const absent = canInstall() ? names.filter(missing) : []
  const required = absent.filter((name) => !(name in optional))
  const rest = absent.filter((name) => name in optional)
  if (required.length) await installPackages(required)
  if (rest.length) await installPackages(rest).catch(({ message }) => console.log(message))
  for (const name of names) if (name === 'chromium' || required.includes(name)) engine(name)
}

await program(import.meta.url, async (args) => {
  const unknown = args.find((name) => !programNames.includes(name))
  if (unknown) throw new Failure(`No program is called ${unknown}: there are ${programNames.join(', ')}`)
  const names = args.length ? args : programNames
  await installPrograms(names)
  for (const name of names)
    console.log(name.padEnd(14), missing(name) ?? Object.values(engine(name)).join('  '))
})
