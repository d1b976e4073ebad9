import type { Code, Part } from '../code.js'
import { hasToken, isAccount, isSimpleJwt, isToken } from '../names.js'
import type { Hit } from '../subjects.js'

/** `localStorage.getItem(`, and the same of libraries and of objects whose name says that they are a storage. */
const CALL =
  /\b(\w*[sS]torage|\w*Stg|localforage|lscache|LS|ls)\s*(?:\?\.|!?\.)\s*(?:setItem|getItem|removeItem|get|set|remove)\s*(?:<[^()]{0,200}>)?\(/g
const MEMBER =
  /\b(?:localStorage|sessionStorage)\s*(?:\?\.|!?\.)\s*(?!setItem|getItem|removeItem|clear\b|key\b|length\b)(\w+)/g
const INDEX = /\b(?:localStorage|sessionStorage)\s*(?:\?\.)?\[/g
const DESTRUCTURED = /\{([^{}=]*)\}\s*=\s*(?:window\s*\.\s*)?(?:localStorage|sessionStorage)\b(?!\s*[.[])/g
/** Functions that an application has written around a storage. The first argument is the key. */
const FUNCTION =
  /(?<![\w$.])(?:get|set|remove|read|write|save|load|clear|delete)(?:\w*(?:Storage|Item)|Local|Session|LS)\s*(?:<[^()]{0,200}>)?\(/g
/** Composables and atoms that keep a value in a storage. The first argument is the key. */
const COMPOSABLE =
  /\b(?:useStorage|useStorageAsync|useLocalStorage|useSessionStorage|useLocalStorageState|useSessionStorageState|atomWithStorage|persistentAtom|persisted)\s*(?:<[^()]{0,200}>)?\(/g
const ALIAS = /\b(\w+)\s*=[^=;\n]*\b(?:localStorage|sessionStorage)\b(?!\s*(?:\?|!)?[.[(\w])/g
const METHOD = String.raw`\s*\??\.\s*(?:setItem|getItem|removeItem)\s*\(`
/** A constant of another file: `AUTH_STORAGE_KEY`. */
const AUTH_KEY =
  /(?:^|\.)(?:(?:local|storage|store|ls|key|keys|name|item|data|user)_?)*(?:auth|jwt)_?(?:(?:local|storage|store|ls|key|name|item|data|user|state)_?)*$/i
/** Storages that are not in a browser. */
const ELSEWHERE = /async|secure|cloud|blob|bucket|memory|redis|disk|multer|upload|createCookie/i

/** Tokens in localStorage and sessionStorage. */
export function* storage(code: Code): Generator<Hit> {
  const hit = (at: number): Hit => ({ id: 'storage.web', at })
  for (const found of code.find(CALL)) {
    if (ELSEWHERE.test(found[1] ?? '')) continue
    const call = callOf(code, found)
    const isWeb = /^(?:localStorage|sessionStorage)$/.test(found[1] ?? '')
    if (isWeb) yield* judge(code, call)
    else if (isConstant(code, call.key) && isTokenKey(code, call.key)) yield hit(found.index)
  }
  for (const found of code.find(FUNCTION)) {
    const { key } = callOf(code, found)
    const isDefinition = /\bfunction\s*$/.test(code.before(found.index, 12))
    if (!isDefinition && isConstant(code, key) && isTokenKey(code, key)) yield hit(found.index)
  }
  for (const name of aliases(code))
    for (const found of code.find(new RegExp(`\\b${name}${METHOD}`, 'g')))
      yield* judge(code, callOf(code, found))
  for (const found of code.find(COMPOSABLE)) {
    const { key, value } = callOf(code, found)
    if (isTokenKey(code, key) || (code.literal(key) === undefined && hasToken(value))) yield hit(found.index)
  }
  for (const found of code.find(MEMBER)) if (isTokenKey(code, `'${found[1]}'`)) yield hit(found.index)
  for (const found of code.find(INDEX)) {
    const key = code.inside(found.index + found[0].length - 1)
    if (isTokenKey(code, key.text)) yield hit(found.index)
  }
  for (const found of code.find(DESTRUCTURED)) if (hasToken(found[1] ?? '')) yield hit(found.index)
}

/** A call that reads or writes a key. */
interface Call {
  at: number
  key: string
  value: string
}

function callOf(code: Code, { 0: text, index: at }: RegExpExecArray): Call {
  const [key, value]: (Part | undefined)[] = code.list(at + text.length - 1)
  return { at, key: key?.text ?? '', value: value?.text ?? '' }
}

/** Names of constants for a storage: `const store = remember ? localStorage : sessionStorage`. */
const aliases = (code: Code) =>
  new Set(code.find(ALIAS).flatMap(({ 1: name = '' }) => (/^.$|[sS]torage$/.test(name) ? [] : [name])))

/** Whether an argument is a key, and not a token that is given to a function. */
const isConstant = (code: Code, key: string) =>
  code.literal(key) !== undefined || /key/i.test(key) || /(?:^|\.)[A-Z\d_]+$/.test(key)

/** Whether a key of a storage is that of a token, as far as the key shows it. */
function isTokenKey(code: Code, key: string): boolean {
  const literal = code.literal(key)
  if (literal !== undefined) return isToken(literal) || isSimpleJwt(literal)
  return hasToken(key)
}

function isAboutToken(code: Code, { at, key, value }: Call): boolean {
  const literal = code.literal(key)
  if (isTokenKey(code, key) || (literal === undefined && AUTH_KEY.test(key))) return true
  // `fcmToken`
  if (literal !== undefined && /token/i.test(literal)) return false
  if (hasToken(withoutCalls(value))) return true
  const before = code.code.slice(Math.max(at - 160, 0), at)
  // `const token = localStorage.getItem(…`
  const [, target = ''] = /([\w$]+)(?:\s*:\s*[^=\n]{1,40})?\s*=\s*[^=;,{}\n]{0,40}$/.exec(before) ?? []
  // `getToken() { return localStorage.getItem(…`
  const [, method = ''] =
    /([\w$]+)\s*(?:=\s*)?\([^()]*\)\s*(?::\s*[^={}]{1,40})?(?:=>\s*\{?|\{)\s*(?:return\s+)?(?:\w+\s*\.\s*)?$/.exec(
      before,
    ) ?? []
  return isToken(target) || isToken(method)
}

/** A call of a web storage. The key of a user counts if the user has the token. */
function* judge(code: Code, call: Call): Generator<Hit> {
  const hit: Hit = { id: 'storage.web', at: call.at }
  const key = code.literal(call.key)
  if (isAboutToken(code, call)) yield key !== undefined && isAccount(key) ? { ...hit, key } : hit
  else if (key !== undefined && isAccount(key))
    yield hasTokenNear(code, call.at) ? { ...hit, key } : { ...hit, ifKey: key }
}

/** The names of users whose member is a token somewhere in a file: `user` of `user.token`. */
export const usersWithToken = (code: Code) =>
  [
    ...code.bare.matchAll(
      /(?<![\w$])([A-Za-z_$][\w$]*)\s*(?:\?\.|!?\.)\s*(?:value\s*\??\.\s*)?([A-Za-z_$][\w$]*)/g,
    ),
  ]
    .filter(
      ([, name = '', member = '']) =>
        isAccount(name) && isToken(member) && !/^(?:get|set|remove|clear)/.test(member),
    )
    .map(([, name = '']) => name)

/** Objects, and members of objects, but not the arguments of other functions. */
const withoutCalls = (value: string) => value.replace(/^(?!JSON\b|String\b)[\w$.]+\(/, '')

/** Whether a token is a member of something near a place: `if (response.data.token) localStorage.setItem('user', …)`. */
function hasTokenNear(code: Code, at: number): boolean {
  const before = code.code
    .slice(Math.max(at - 300, 0), at)
    .split('\n')
    .slice(-3)
    .join('\n')
  const after = code.after(at, 400).split('\n').slice(0, 4).join('\n')
  const others = /(?:localStorage|sessionStorage)\s*\.\s*\w+\s*\(\s*['"`\w.]+\s*(?:,[^\n]*)?\)/g
  const names = (before + after).replace(others, '').match(/(?<=\.\s*)[A-Za-z_$][\w$]*/g) ?? []
  return names.some((name) => isToken(name) && !/^(?:get|set|remove|clear)/.test(name))
}
