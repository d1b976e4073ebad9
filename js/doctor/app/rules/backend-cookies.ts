import type { Code } from '../code.js'
import { isSession, isSimpleJwt } from '../names.js'
import type { Hit } from '../subjects.js'
import { type Flag, without } from './flags.js'

/** Session cookies that a server of Ruby, Python or PHP sets without all flags. */
export function* backendCookies(code: Code): Generator<Hit> {
  if (code.language === 'ruby') yield* rails(code)
  if (code.language === 'python') yield* python(code)
  if (code.language === 'php') yield* php(code)
}

function* hits(at: number, missing: readonly Flag[]): Generator<Hit> {
  const detail = without(missing)
  if (detail) yield { id: 'server.cookie', at, detail }
}

/** `cookies.signed[:jwt] = { … }`. Rails sets `SameSite=Lax` by default since 6.1. */
function* rails(code: Code): Generator<Hit> {
  const assigned = /\bcookies(?:\s*\.\s*(?:signed|encrypted|permanent))*\s*\[([^\]\n]+)\]\s*=(?![=~>])\s*/g
  for (const { 0: text, 1: key = '', index } of code.find(assigned)) {
    if (!isKey(code, key.trim())) continue
    const end = index + text.length
    const isHash = code.code[end] === '{'
    const options = isHash ? code.inside(end).text : ''
    const value = isHash
      ? (/(?:\bvalue:|:value\s*=>)\s*([^,\n}]+)/.exec(options)?.[1] ?? '')
      : code.after(end, 40)
    if (/^(?:nil|''|"")\s*(?:$|[\n,}])/.test(value)) continue
    const has = (name: string) => new RegExp(`\\b${name}\\s*(?::|=>)(?!\\s*false\\b)`).test(options)
    yield* hits(index, [
      ...(has('httponly') ? [] : (['HttpOnly'] as const)),
      ...(has('secure') ? [] : (['Secure'] as const)),
    ])
  }
}

/** `response.set_cookie('token', token, httponly=True, secure=True, samesite='Lax')` of Django, Flask and Starlette. */
function* python(code: Code): Generator<Hit> {
  const isLaxByDefault = /^[ \t]*(?:from|import)[ \t]+(?:fastapi|starlette)\b/m.test(code.code)
  for (const { 0: text, index } of code.find(/\.\s*set_(?:signed_)?cookie\s*\(/g)) {
    const args = code.list(index + text.length - 1).map((it) => it.text)
    const named = (name: string) =>
      args
        .map((arg) => new RegExp(`^${name}\\s*=\\s*([\\s\\S]+)$`).exec(arg)?.[1])
        .find((it) => it !== undefined)
    const key = named('key') ?? args[0] ?? ''
    const value = named('value') ?? args[1] ?? ''
    if (!isKey(code, key) || args.some((arg) => arg.startsWith('*')) || /^(?:''|""|None)$/.test(value))
      continue
    if (/^(?:0|-\d+)$/.test(named('max_age') ?? '')) continue
    // All three frameworks have them at the same places.
    const given = (name: string, at: number) =>
      named(name) ?? (/^\w+\s*=[^=]/.test(args[at] ?? '') ? undefined : args[at])
    const has = (name: string, at: number) => !/^(?:None|False)?$/.test(given(name, at) ?? '')
    yield* hits(index, [
      ...(has('httponly', 7) ? [] : (['HttpOnly'] as const)),
      ...(has('secure', 6) ? [] : (['Secure'] as const)),
      ...(has('samesite', 8) || (isLaxByDefault && given('samesite', 8) === undefined)
        ? []
        : (['SameSite'] as const)),
    ])
  }
}

/** `setcookie('token', …)`. The functions of Laravel and Symfony set all flags by default. */
function* php(code: Code): Generator<Hit> {
  for (const { 0: text, index } of code.find(/(?<![\w$>:])set(?:raw)?cookie\s*\(/g)) {
    const args = code.list(index + text.length - 1).map((it) => it.text)
    const [name = '', value = '', third = ''] = args
    if (!isKey(code, name) || /^(?:''|""|null|false)$/.test(value) || /time\(\)\s*-/.test(third)) continue
    const isArray = /^(?:\[|array\()/.test(third)
    if (!isArray && /^\$\w*(?:opt|param|attr|flag)/i.test(third)) continue
    const has = (flag: string, at: number) =>
      isArray ? new RegExp(`['"]${flag}['"]\\s*=>(?!\\s*false\\b)`, 'i').test(third) : isOn(args, flag, at)
    yield* hits(index, [
      ...(has('httponly', 6) ? [] : (['HttpOnly'] as const)),
      ...(has('secure', 5) ? [] : (['Secure'] as const)),
      ...(isArray && has('samesite', -1) ? [] : (['SameSite'] as const)),
    ])
  }
  const laravel =
    /(?:(?<![\w$>:])cookie|->\s*cookie|\bCookie\s*::\s*(?:make|queue|forever)|\bnew\s+Cookie)\s*\(/g
  for (const { 0: text, index } of code.find(laravel)) {
    const args = code.list(index + text.length - 1).map((it) => it.text)
    if (args.length < 2 || !isKey(code, args[0] ?? '')) continue
    const first = /forever/.test(text) ? 4 : 5
    yield* hits(index, [
      ...(isOff(args, 'httpOnly', first + 1) ? (['HttpOnly'] as const) : []),
      ...(isOff(args, 'secure', first) ? (['Secure'] as const) : []),
    ])
  }
}

const argument = (args: string[], name: string, at: number) =>
  args
    .map((arg) => new RegExp(`^${name}\\s*:\\s*([\\s\\S]+)$`, 'i').exec(arg)?.[1])
    .find((it) => it !== undefined) ?? args[at]
const isOff = (args: string[], name: string, at: number) => /^false$/i.test(argument(args, name, at) ?? '')
const isOn = (args: string[], name: string, at: number) =>
  !/^(?:false|null|)$/i.test(argument(args, name, at) ?? '')

function isKey(code: Code, key: string): boolean {
  const literal = code.literal(key)
  if (literal !== undefined) return isSession(literal) || isSimpleJwt(literal)
  return /^[\w$.:['"\]()>-]+$/.test(key) && isSession(key)
}
