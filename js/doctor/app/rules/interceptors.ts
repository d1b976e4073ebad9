import type { Code, Part } from '../code.js'
import { hasToken } from '../names.js'
import type { Hit } from '../subjects.js'
import { isOfNode } from './node.js'

const AXIOS = /\binterceptors\s*\??\.\s*(?:request|response)\s*\??\.\s*use\s*(?:<[^()]{0,200}>)?\(/g
/** The module of axios for Nuxt 2. */
const NUXT_AXIOS = /\$axios\s*\.\s*(?:onRequest|onResponse|onError|onResponseError|interceptors)\s*\(/g
const AUTH_REFRESH =
  /\bcreateAuthRefresh(?:Interceptor)?\s*\(|\bfrom\s*['"]axios-auth-refresh['"]|\brequire\s*\(\s*['"]axios-auth-refresh['"]/g
const KY = /\b(?:beforeRequest|afterResponse|beforeRetry|beforeError)\s*:\s*\[/g
const OFETCH =
  /(?<![\w$.])(?:onRequest|onResponse|onResponseError|onRequestError|beforeFetch|afterFetch|onFetchError)\s*(:|\()/g
const STATUS =
  /(?:[=!]==?\s*401\b|\b401\s*[=!]==?|\bcase\s+401\s*:|\[[^\]\n]{0,60}\b401\b[^\]\n]{0,60}\]\s*\.\s*includes\s*\()/g
const RETRY = /refresh|retry|retried|re-?auth|renew|isSecond|silent/i
/** What signs a user out: a function, or the way to a sign-in page. */
const SIGN_OUT =
  /log_?out|sign_?out|(?:remove|clear)\w*(?:Item|Auth|Session|Token|User|Credentials)\w*\s*\(|(?:push|replace|navigate\w*|redirect\w*|href|assign)\b[^\n]{0,40}(?:log_?-?in|sign_?-?in|auth)/i

/** Interceptors and hooks of HTTP clients that deal with tokens or 401s, and what repeats requests after a 401. */
export function* interceptors(code: Code): Generator<Hit> {
  const hits: (Hit & { part: Part })[] = []
  const add = (id: Hit['id'], at: number, part: Part) => hits.push({ id, at, part })

  for (const found of [...code.find(AXIOS), ...code.find(NUXT_AXIOS)]) {
    const open = found.index + found[0].length - 1
    const part = code.inside(open)
    if (isAboutSession(code, part.text)) add('interceptor.axios', found.index, part)
  }
  for (const found of code.find(AUTH_REFRESH)) {
    const open = found[0].endsWith('(') ? found.index + found[0].length - 1 : -1
    add('interceptor.auth-refresh', found.index, open < 0 ? code.part(0, 0) : code.inside(open))
  }
  if (/\bky\b/.test(code.bare))
    for (const found of code.find(KY)) {
      const list = code.inside(found.index + found[0].length - 1)
      if (isAboutSession(code, list.text)) add('interceptor.ky', found.index, list)
    }
  if (/\$fetch\b|\bofetch\b|\buseFetch\b|\bcreateFetch\b|\bFetchOptions\b/.test(code.bare))
    for (const found of code.find(OFETCH)) {
      const part = handler(code, found)
      if (part && isAboutSession(code, part.text)) add('interceptor.ofetch', found.index, part)
    }
  if (code.imports('@urql/exchange-auth'))
    for (const found of code.find(/\bauthExchange\s*\(/g))
      add('interceptor.urql', found.index, code.inside(found.index + found[0].length - 1))

  for (const { part, ...hit } of hits) yield hit
  if (isOfNode(code)) return
  for (const found of code.find(STATUS))
    if (
      !hits.some(({ part }) => found.index >= part.start && found.index < part.end) &&
      isHandled(code, found.index)
    )
      yield { id: 'interceptor.retry', at: found.index }
}

/** Whether a function, or the function that a name stands for, deals with tokens, 401s or the end of a session. */
function isAboutSession(code: Code, text: string): boolean {
  const names = text.match(/(?<![\w$.])[A-Za-z_$][\w$]*(?=\s*(?:$|[,\]]))/g) ?? []
  const isOnlyNames = /^[\w$.,\s[\]]*$/.test(text)
  // A name of another file has to speak for itself.
  const definitions = isOnlyNames ? names.map((name) => code.definition(name) ?? '') : []
  const whole = [text, ...definitions].join('\n').replace(/cancelToken[^\n]*/g, '')
  return (
    /\b401\b|authoriz|refresh_?token|log_?out\b|sign_?out\b|authenticat/i.test(whole) ||
    /(?<![\w$])auth[A-Z]/.test(whole) ||
    hasToken(whole)
  )
}

/** The function of a hook: `onRequest({ options }) { … }`, `onRequest: ({ options }) => …` or `onRequest: name`. */
function handler(code: Code, { 0: text, 1: mark, index }: RegExpExecArray): Part | undefined {
  const open = index + text.length - 1
  if (mark === '(') {
    const brace = code.inside(open).end + 1
    const [, gap = ''] = /^([^{};]{0,60})\{/.exec(code.bare.slice(brace, brace + 61)) ?? []
    return code.bare[brace + gap.length] === '{' ? code.inside(brace + gap.length) : undefined
  }
  const [, name, gap = ''] =
    /^\s*(?:([A-Za-z_$][\w$]*)\s*[,}\n]|([^{}]*))/.exec(code.bare.slice(open + 1, open + 200)) ?? []
  if (name) return code.part(open + 1, open + 1 + name.length + 1)
  const rest = code.bare.slice(open + 1)
  const arrow = /=>\s*\{|\bfunction\b[^{]*\{/.exec(rest.slice(0, 300))
  return arrow
    ? code.inside(open + arrow.index + arrow[0].length)
    : code.part(open + 1, open + 1 + gap.length)
}

function isHandled(code: Code, at: number): boolean {
  const near = code.code.slice(Math.max(at - 300, 0), at + 700)
  const others = /router\s*\.\s*refresh|location\s*\.\s*reload|refreshPage|refetch\w*/g
  return RETRY.test(near.replace(others, '')) || SIGN_OUT.test(code.after(at, 250))
}
