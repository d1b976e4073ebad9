import type { VaultOptions } from '../common/vault-options.js'

/** The options as the text of a file. */
export function vaultCode(options: VaultOptions): string {
  const lines = Object.entries(options).map(([name, value]) => `  ${name}: ${literal(value)},\n`)
  return `// auth.vault.ts\nimport { openVault } from 'tokencell/vault'\nexport default openVault({\n${lines.join('')}})\n`
}

/** The value as TypeScript code. Text is quoted safely, because a server may have chosen it. */
function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name))
  return `{ ${Object.entries(value)
    .map(([name, it]) => `${key(name)}: ${literal(it)}`)
    .join(', ')} }`
}

const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`
