import { canInstall, installPackages } from './engines/apt.mjs'
import { engine, missing } from './engines/find.mjs'
import { engines, programs } from './engines/table.mjs'
import { Failure, program } from './run.mjs'

export { engine, missing }

/** Every engine that the end-to-end tests run in. */
export const engineNames = Object.keys(engines)

/** Those, and the servers that tests need besides. */
export const programNames = Object.keys(programs)

/** The path of the browser without which there are no end-to-end tests. */
export const chromium = () => engine('chromium').browser

/**
 * Installs what is missing where that needs nobody's password, all of it at once.
 *
 * @throws Failure when there is no Chromium, or when what has been installed is still not found
 */
export async function installPrograms(names = programNames) {
  const absent = names.filter(missing)
  const installed = absent.length && canInstall() ? await installPackages(absent) : []
  for (const name of names) if (name === 'chromium' || installed.includes(name)) engine(name)
}

await program(import.meta.url, async (args) => {
  const unknown = args.find((name) => !programNames.includes(name))
  if (unknown) throw new Failure(`No program is called ${unknown}: there are ${programNames.join(', ')}`)
  const names = args.length ? args : programNames
  await installPrograms(names)
  for (const name of names)
    console.log(name.padEnd(9), missing(name) ?? Object.values(engine(name)).join('  '))
})
