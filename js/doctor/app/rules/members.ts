import type { Code } from '../code.js'
import { isToken } from '../names.js'

/** Names of functions that do something with a token. */
const VERB =
  /^(?:get|set|fetch|clear|remove|has|is|use|validate|decode|parse|handle|update|save|load|on|with|create|check|require|delete)(?=[A-Z_]|$)/i
/** Types of TypeScript and of schemas, which are not values. */
const TYPE =
  /^(?:string|number|boolean|any|unknown|never|String|Number|Boolean|Ref|ComputedRef|Maybe|Nullable|readonly|PropTypes|z|t|yup|Joi|Type|Schema|v|typeof|keyof|\{|\()\b|^\s*$/

/** The key of hits in stores: a store that is persisted as a whole counts if any store has a token. */
export const STORE = '* store'

/** The place of the first member of an object, or constant of a function, that has a token as its value. */
export function tokenMember(code: Code, start: number, end: number): number | undefined {
  for (const found of code.bare
    .slice(start, end)
    .matchAll(/(?<![\w$.?])([A-Za-z_$][\w$]*)\s*(?:(:)\s*|(?::[^=;,\n(){}]*)?=(?![=>])\s*)/g)) {
    const [all, name = '', colon] = found
    if (!isToken(name) || VERB.test(name)) continue
    const at = start + found.index
    const value = code.after(at + all.length, 80)
    if (colon ? isValue(value) : isState(value)) return at
  }
  return undefined
}

/** Whether a value after a colon is a value, and not a type or a function. */
function isValue(value: string): boolean {
  const [first = ''] = /^[^\n]*/.exec(value) ?? []
  if (TYPE.test(first) || /^[A-Z]\w*(?:<|\[\]|\s*[|;})])/.test(first)) return false
  // `null | string` is a type, and so is what ends with a semicolon.
  if (/^(?:null|undefined)\s*\|(?!\|)/.test(first) || /^[^,({]*;\s*$/.test(first)) return false
  return !/^(?:async\b|function\b|\([^)]*\)\s*(?::[^=]+)?=>|[\w$]+\s*=>)/.test(first)
}

/** Whether a constant is a part of a store: `const token = ref('')`. */
const isState = (value: string) =>
  /^(?:ref|shallowRef|useState|useRef|useStorage|useLocalStorage|useSessionStorage|useCookie|signal|writable|atom|observable|createSignal|\$state|useStorageAsync)\b/.test(
    value,
  )
