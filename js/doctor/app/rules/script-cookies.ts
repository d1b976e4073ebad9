import type { Code } from '../code.js'
import { hasToken, isSession, isSimpleJwt, isToken } from '../names.js'
import type { Hit } from '../subjects.js'
import { missingIn } from './flags.js'

/** Libraries for cookies in a page. */
const LIBRARIES = [
  'js-cookie',
  'universal-cookie',
  'react-cookie',
  'vue-cookies',
  'vue3-cookies',
  'cookie-universal-nuxt',
  'cookies-next',
  'nookies',
  'tiny-cookie',
  'typescript-cookie',
  'es-cookie',
  'cookies-js',
  '@vueuse/integrations',
]
const OBJECT =
  /(\.\s*)?(\$?\b\w*[cC]ookies?)\s*\??\.\s*(?:get|set|remove|getItem|setItem|removeItem|delete)\s*(?:<[^()]{0,200}>)?\(/g
const FUNCTION = /(?<![\w$.])(?:set|get|remove|delete|erase|clear|read|write)Cookie\s*(?:<[^()]{0,200}>)?\(/g
const COMPOSABLE = /(?<![\w$.])useCookies?\s*(?:<[^()]{0,200}>)?\(/g
const JQUERY = /(?:\$|\bjQuery)\s*\.\s*(?:cookie|removeCookie)\s*\(/g
const DOCUMENT = /\bdocument\s*\.\s*cookie\b\s*(\+?=(?!=))?/g

/** Tokens in cookies that a script reads or sets. */
export function* scriptCookies(code: Code): Generator<Hit> {
  const hit = (at: number): Hit => ({ id: 'cookie.script', at })
  const isClient = code.imports(...LIBRARIES)
  for (const found of code.find(OBJECT)) {
    const [all, dot, name = ''] = found
    // `request.cookies.get(…` is on a server. `Cookies` and `$cookies` are libraries of pages.
    const isLibrary = name.startsWith('$') || (!dot && (isClient || /^(?:js|vue|Vue)?Cookies?$/.test(name)))
    if (isLibrary && isKey(code, code.list(found.index + all.length - 1)[0]?.text)) yield hit(found.index)
  }
  for (const found of [...code.find(FUNCTION), ...code.find(JQUERY)]) {
    const [key] = code.list(found.index + found[0].length - 1)
    if (!isDefinition(code, found.index) && isKey(code, key?.text)) yield hit(found.index)
  }
  for (const found of code.find(COMPOSABLE)) {
    const [key, options] = code.list(found.index + found[0].length - 1)
    if (/\bhttpOnly\s*:\s*true/.test(options?.text ?? '')) continue
    const keys = key?.text.startsWith('[') ? (key.text.match(/(['"`])[^'"`]*\1|[\w.$]+/g) ?? []) : [key?.text]
    if (keys.some((it) => isKey(code, it))) yield hit(found.index)
  }
  yield* documentCookies(code)
}

function* documentCookies(code: Code): Generator<Hit> {
  for (const found of code.find(DOCUMENT)) {
    const statement = statementAt(code, found.index + found[0].length)
    if (!found[1]) {
      const names = statement.slice(0, 200).match(/[\w-]+(?=\\?=|['"`])/g) ?? []
      if (names.some((name) => isToken(name))) yield { id: 'cookie.script', at: found.index }
      continue
    }
    if (/csrf|xsrf/i.test(statement)) continue
    const [, name = '', constant] =
      /['"`]\s*([\w.-]+|\$\{([^}]*)\})\s*=/.exec(statement) ?? /()^\s*([\w.$]+)/.exec(statement) ?? []
    const isFound = constant ? isKey(code, constant) : isSession(name) || isSimpleJwt(name)
    if (isFound || hasToken(/^[^=\n]*=([^\n]*)/.exec(statement)?.[1] ?? ''))
      yield { id: 'cookie.script', at: found.index, detail: missingIn(statement, ['Secure', 'SameSite']) }
  }
}

/** The code to the end of a statement, or of a template. */
function statementAt(code: Code, at: number): string {
  const rest = code.after(at, 500)
  const end = /;\s*\n|\n\s*\n|\n\s*\}/.exec(rest)
  return end ? rest.slice(0, end.index) : rest
}

function isKey(code: Code, key: string | undefined): boolean {
  if (!key) return false
  const literal = code.literal(key)
  return literal === undefined ? hasToken(key) : isSession(literal) || isSimpleJwt(literal)
}

/** `function getCookie(token)` */
const isDefinition = (code: Code, at: number) => /\bfunction\s*\*?\s*$/.test(code.before(at, 20))
