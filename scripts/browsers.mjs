import { canInstall, installPackages } from './engines/apt.mjs'
import { engine, missing } from './engines/find.mjs'
import { engines, optional, programs } from './engines/table.mjs'
import { Failure, program } from './run.mjs'

export { engine, missing }

/** Every engine that the end-to-end tests run in. */
export const engineNames = Object.keys(engines)

/** Those, and the servers that tests need besides. */
export const programNames = Object.keys(programs)

/** The path of the browser without which there are no end-to-end tests. */
export const chromium = () => engine('chromium').browser

/**
 * The path of the browser that tests drive as Chromium. The quick run takes the headless shell where there is one: the
 * same engine without the user interface, in two thirds of the time.
 */
export function testedChromium({ full = Boolean(process.env.TOKENCELL_FULL) } = {}) {
  const takesShell = !full && !process.env.TOKENCELL_CHROMIUM && !missing('headless-shell')
  return takesShell ? engine('headless-shell').browser : chromium()
}

/**
 * Installs what is missing where that needs nobody's password.
 *
 * @throws Failure when there is no Chromium, or when what has been installed is still not found
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
