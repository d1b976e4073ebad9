import type { Code } from '../code.js'
import { isSession, isSimpleJwt } from '../names.js'
import type { Hit } from '../subjects.js'
import { FLAGS, type Flag, missingIn, without } from './flags.js'

/** `res.cookie('token', …)`, `reply.setCookie('token', …)`. */
const EXPRESS = /\.\s*(?:cookie|setCookie)\s*\(/g
/** `setCookie(event, 'token', …)` of h3 and Hono. */
const H3 = /(?<![\w$.])set(?:Signed)?Cookie\s*\(/g
/** `cookies().set('token', …)` of Next, `ctx.cookies.set('token', …)` of Koa and SvelteKit. */
const JAR =
  /(?:\bcookies\s*\(\s*\)\s*\)?|\b(?:\w+\s*\.\s*)?(?:cookies|cookieStore|cookieJar))\s*\.\s*set\s*\(/g
const SERIALIZE = /\b(?:serialize|serializeCookie|stringifySetCookie)\s*\(/g
const SET_COOKIE = /(['"`])Set-Cookie\1\s*(?:\]\s*[=:]|[,:])/gi

/** Session cookies that a server of JavaScript sets without all flags. */
export function* serverCookies(code: Code): Generator<Hit> {
  for (const { 0: text, index } of code.find(EXPRESS)) {
    // `$.cookie(…)` is jQuery, and `page.setCookie(…)` a browser in a test.
    if (/(?:\$|jQuery|page|context|driver|agent|jar|client)\s*$/i.test(code.before(index, 30))) continue
    const [name, value, options] = code.list(index + text.length - 1)
    if (value) yield* judge(code, index, { name: name?.text, value: value.text, options: options?.text })
  }
  for (const { 0: text, index } of code.find(H3)) {
    if (/\bfunction\s*$/.test(code.before(index, 12))) continue
    const [event, name, value, ...rest] = code.list(index + text.length - 1)
    const options = /Signed/.test(text) ? rest[1] : rest[0]
    // A first argument with a name of its own is that of a cookie in a page.
    if (
      value &&
      /^[a-zA-Z_$][\w$.]*$/.test(event?.text ?? '') &&
      code.literal(event?.text ?? '') === undefined
    )
      yield* judge(code, index, { name: name?.text, value: value.text, options: options?.text })
  }
  const jars = code
    .find(/\b(?:const|let)\s+(\w+)\s*=\s*(?:await\s+)?cookies\s*\(\s*\)/g)
    .map(({ 1: name }) => name)
  const named = new RegExp(`\\b(?:${jars.join('|')})\\s*\\.\\s*set\\s*\\(`, 'g')
  for (const { 0: text, index } of [...code.find(JAR), ...(jars.length > 0 ? code.find(named) : [])]) {
    const jar = jarOf(code, text)
    if (!jar) continue
    const [name, value, options] = code.list(index + text.length - 1)
    const isObject = name?.text.startsWith('{')
    const cookie = isObject
      ? { name: member(name?.text, 'name'), value: member(name?.text, 'value') ?? '', options: name?.text }
      : { name: name?.text, value: value?.text ?? '', options: options?.text }
    yield* judge(code, index, cookie, jar.defaults)
  }
  if (code.imports('cookie', 'cookie-es', 'h3', 'next/.*'))
    for (const { 0: text, index } of code.find(SERIALIZE)) {
      const [name, value, options] = code.list(index + text.length - 1)
      if (value) yield* judge(code, index, { name: name?.text, value: value.text, options: options?.text })
    }
  for (const { 0: text, index } of code.find(SET_COOKIE)) yield* header(code, index, index + text.length)
}

interface Cookie {
  name: string | undefined
  value: string
  options: string | undefined
}

function* judge(
  code: Code,
  at: number,
  { name, value, options }: Cookie,
  defaults: readonly Flag[] = [],
): Generator<Hit> {
  if (!name || !isSessionKey(code, name, value) || isDeleted(value, options)) return
  const missing =
    options === undefined ? FLAGS.filter((it) => !defaults.includes(it)) : missingOf(code, options, defaults)
  const detail = missing && without(missing)
  if (detail) yield { id: 'server.cookie', at, detail }
}

/** What is missing in the options; undefined if they are not in this file. */
function missingOf(code: Code, expression: string, defaults: readonly Flag[]): Flag[] | undefined {
  const options = code.object(expression)
  if (options === undefined) return undefined
  const spread = [...options.matchAll(/\.\.\.\s*([\w$.]+(?:\([\w$.,\s]*\))?)/g)].map(([, name = '']) =>
    code.object(name),
  )
  const isUnknown = spread.includes(undefined)
  const whole = [...spread, options].join('\n')
  return FLAGS.filter((flag) => {
    const values = [
      ...whole.matchAll(new RegExp(`['"]?\\b${flag}\\b['"]?\\s*(?::\\s*([^,}\\n]+)|[,}\\n])`, 'gi')),
    ]
    const last = values.at(-1)
    if (!last) return !isUnknown && !defaults.includes(flag)
    return /^false\s*$/.test(last[1] ?? '')
  })
}

/** Where `cookies.set` sets a cookie, and the flags that it sets there by default. */
function jarOf(code: Code, text: string): { defaults: readonly Flag[] } | undefined {
  if (code.imports('next/headers', 'next/server') || /cookies\s*\(/.test(text)) return { defaults: [] }
  if (code.imports('@sveltejs/kit') || /\bfrom\s*['"]\.\/\$types['"]/.test(code.code))
    return { defaults: FLAGS }
  if (/^ctx\b/.test(text)) return { defaults: ['HttpOnly', 'Secure'] }
  return /^(?:res|response|Astro|context|event)\b/.test(text) && code.imports('astro.*')
    ? { defaults: [] }
    : undefined
}

/** `res.setHeader('Set-Cookie', 'token=…; HttpOnly')` */
function* header(code: Code, at: number, end: number): Generator<Hit> {
  const rest = code.after(end, 400)
  const [, quote = '', name = ''] = /^\s*\[?\s*(['"`])([\w.-]+)=/.exec(rest) ?? []
  if (!quote || !(isSession(name) || isSimpleJwt(name))) return
  const statement = rest.split(/\n\s*(?:\n|\}|res\b|return\b)|;\s*\n/)[0] ?? ''
  if (/max-age=0|expires=thu, 01 jan 1970/i.test(statement)) return
  const detail = missingIn(statement, FLAGS)
  if (detail) yield { id: 'server.cookie', at, detail }
}

function isSessionKey(code: Code, name: string, value: string): boolean {
  const literal = code.literal(name)
  if (literal !== undefined) return isSession(literal) || isSimpleJwt(literal)
  return /^[\w$.[\]'"]+$/.test(name) && (isSession(name) || isSession(value.replace(/\(.*/s, '')))
}

/** Whether the cookie is deleted, and not set. */
const isDeleted = (value: string, options = '') =>
  /^(?:''|""|``|null|undefined|'none'|"none"|'loggedout'|'deleted')$/.test(value) ||
  /\bmaxAge\s*:\s*(?:0|-\s*\d+)\s*[,}\n]|\bexpires\s*:\s*new\s+Date\s*\(\s*(?:0|1)?\s*\)/i.test(options)

const member = (object: string | undefined, name: string) =>
  new RegExp(`\\b${name}\\s*:\\s*([^,\\n}]+)|\\b(${name})\\s*[,}]`)
    .exec(object ?? '')
    ?.slice(1)
    .find(Boolean)
    ?.trim()
