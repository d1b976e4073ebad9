import { readFile } from 'node:fs/promises'
import * as nodeModule from 'node:module'
import { checkOptions, KINDS } from '../common/option-checks.js'
import type { VaultOptions } from '../common/vault-options.js'
import { UsageError } from './options.js'

/** Modules that replace those that a vault file imports: only the options are needed, not a vault. */
const STAND_INS: Record<string, string> = {
  'tokencell/vault': `data:text/javascript,${encodeURIComponent('export const openVault = (options) => options')}`,
  'tokencell/presets': new URL('../presets.js', import.meta.url).href,
}

/**
 * Reads the options from an `auth.vault.ts`, or from a JSON file that contains only the options. A TypeScript file is
 * executed.
 *
 * @throws UsageError with the name of the file, and the reason why it cannot be read
 */
export async function readVaultFile(file: string): Promise<VaultOptions> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--vault ${file}: doctor cannot read the file (${error.code})`)
  })
  const options = await (file.endsWith('.json') ? parse(text) : run(text)).catch((error: Error) => {
    throw new UsageError(`--vault ${file}: doctor cannot load the file: ${error.message}`)
  })
  if (typeof options !== 'object' || options === null)
    throw new UsageError(`--vault ${file}: the file exports no options: add export default openVault({ … })`)
  try {
    checkOptions(options, KINDS)
  } catch (error) {
    throw new UsageError(`--vault ${file}: ${(error as Error).message}`)
  }
  return options as VaultOptions
}

const parse = async (text: string): Promise<unknown> => JSON.parse(text)

async function run(text: string): Promise<unknown> {
  // This function exists in Node 22.13 and newer. With an older Node, the file must not contain types.
  const { stripTypeScriptTypes: strip = (text: string) => text } = nodeModule as {
    stripTypeScriptTypes?: (text: string) => string
  }
  const script = strip(text).replace(/(\bfrom\s*)(['"])([^'"]+)\2/g, (whole, from, quote, name) =>
    STAND_INS[name] ? `${from}${quote}${STAND_INS[name]}${quote}` : whole,
  )
  const { default: options } = await import(`data:text/javascript,${encodeURIComponent(script)}`)
  return options
}
