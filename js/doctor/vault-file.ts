import { readFile } from 'node:fs/promises'
import * as nodeModule from 'node:module'
import { checkOptions, KINDS } from '../common/option-checks.js'
import type { VaultOptions } from '../common/vault-options.js'
import { UsageError } from './options.js'

/** What a vault file imports, in place of the package: the options are wanted, and no vault. */
const STAND_INS: Record<string, string> = {
  'tokencell/vault': `data:text/javascript,${encodeURIComponent('export const openVault = (options) => options')}`,
  'tokencell/presets': new URL('../presets.js', import.meta.url).href,
}

/**
 * The options in an `auth.vault.ts`, or in a file with them alone as JSON. The file is run, as a bundler would.
 *
 * @throws UsageError that names the file, and says why it cannot be read
 */
export async function readVaultFile(file: string): Promise<VaultOptions> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--vault ${file} cannot be read (${error.code})`)
  })
  const options = await (file.endsWith('.json') ? parse(text) : run(text)).catch((error: Error) => {
    throw new UsageError(`--vault ${file} cannot be understood: ${error.message}`)
  })
  if (typeof options !== 'object' || options === null)
    throw new UsageError(`--vault ${file} exports no options: it needs export default openVault({ … })`)
  try {
    checkOptions(options, KINDS)
  } catch (error) {
    throw new UsageError(`--vault ${file}: ${(error as Error).message}`)
  }
  return options as VaultOptions
}

const parse = async (text: string): Promise<unknown> => JSON.parse(text)

async function run(text: string): Promise<unknown> {
  // Node 22.13 and newer; an older one reads files that have no types in them.
  const { stripTypeScriptTypes: strip = (text: string) => text } = nodeModule as {
    stripTypeScriptTypes?: (text: string) => string
  }
  const script = strip(text).replace(/(\bfrom\s*)(['"])([^'"]+)\2/g, (whole, from, quote, name) =>
    STAND_INS[name] ? `${from}${quote}${STAND_INS[name]}${quote}` : whole,
  )
  const { default: options } = await import(`data:text/javascript,${encodeURIComponent(script)}`)
  return options
}
