import type { Code } from '../code.js'
import { hasToken } from '../names.js'
import type { Hit } from '../subjects.js'
import { isOfNode } from './node.js'

const NAME = `(?:authorization(?:-bearer)?|x-(?:access-|auth-|user-|jwt-)?token)`
/** `Authorization: …`, `headers['Authorization'] = …`, `headers.set('Authorization', …`, `['Authorization', …`. */
const HEADER = new RegExp(
  String.raw`(?<quote>['"\`])${NAME}\k<quote>\s*(?:\]\s*(?:=(?!=)|:)|:|,)|(?<![\w$-])authorization\s*(?:=(?![=>])|:(?!:))`,
  'gi',
)
const DELETED =
  /\bdelete\s+[\w$.]+\.\s*defaults\s*\.\s*headers\s*(?:\.\s*common\s*)?[.[]\s*['"]?Authorization\b/gi
const NUXT_AXIOS = /\$axios\s*\.\s*setToken\s*\(/g
/** A key that belongs to an application and not to a user, or the header of a request that is passed on. */
const APPLICATION =
  /api_?-?key|process\.env|import\.meta\.env|\bDeno\.env|\bBun\.env|secret|\bbasic\b|btoa|service_?(?:role|account)|webhook|\b(?:req|request|ctx|event|context)\b[\w.?]*\.?headers|getHeader|headers\(\)|\.get\(\s*['"]authorization|openai|anthropic|hugging_?face|cloudflare|vercel|stripe|paypal|github|gitlab|slack|notion|twilio|sendgrid|presign|\bbot\b|PERSONAL_ACCESS/i
const TYPE = /^(?:(?:string|any|unknown|never|undefined|boolean|String|true|false)\b|(?:z|t|Type|yup|Joi)\.)/
/** APIs of others. Their tokens are not those of the application. */
const PROVIDER =
  /https:\/\/[\w.-]*\b(?:googleapis|google|github|gitlab|facebook|instagram|threads|linkedin|microsoft|microsoftonline|slack|discord|twitter|x|twitch|reddit|pinterest|tiktokapis|tumblr|dribbble|medium|spotify|dropboxapi|notion|stripe|paypal|openai|anthropic|cloudflare|vercel|atlassian|shopify|zoom|hubapi|kick|whop)\.(?:com|net|us|tv)\b/

/** Headers with a token of the user. */
export function* headers(code: Code): Generator<Hit> {
  if (isOfNode(code)) return
  const links = apolloLinks(code)
  yield* links.map(({ at }): Hit => ({ id: 'header.apollo', at }))
  for (const found of code.find(HEADER)) {
    const isInLink = links.some(({ start, end }) => found.index >= start && found.index < end)
    if (isInLink || !isSet(code, found)) continue
    const isOfAxios = /\bdefaults\s*\.\s*headers\b[^;{}]{0,30}$/.test(code.before(found.index, 60))
    const value = code.after(found.index + found[0].length, 200)
    if (isOfAxios || (isOfUser(value) && !PROVIDER.test(code.before(found.index, 400))))
      yield { id: isOfAxios ? 'header.axios' : 'header.authorization', at: found.index }
  }
  for (const found of [...code.find(DELETED), ...code.find(NUXT_AXIOS)])
    yield { id: 'header.axios', at: found.index }
}

/** Whether the name of a header is followed by its value. After a comma, that depends on what is before the name. */
function isSet(code: Code, { 0: text, index }: RegExpExecArray): boolean {
  const before = code.before(index, 60)
  if (/\bdelete\s+[\w$.[\]'"]*$/.test(before)) return false
  // `const authorization = …` is a variable, and `const Authorization = …` becomes a header.
  if (/\b(?:const|let|var)\s+$/.test(before) && text.startsWith('a')) return false
  // `isBasic ? authorization : …` is not a member.
  if (!text.endsWith(',')) return !(text.endsWith(':') && /\?\s*$/.test(before))
  // The header of a response.
  if (/\b(?:res|response|reply)\s*\.\s*(?:set|append|header|setHeader)\s*\(\s*$/.test(before)) return false
  return (
    /(?:\.\s*(?:set|append|header|setHeader|setRequestHeader|withHeader)\s*\(|\[)\s*$/.test(before) &&
    !/Headers?['"]?\s*[:=]\s*\[\s*$/.test(before)
  )
}

function isOfUser(rest: string): boolean {
  // The value may begin in the next line, and a template may continue there.
  const [value = ''] = /^\s*[^\n]*(?:[?:`(+]\s*\n[^\n]*)?(?:\n\s*[?:][^\n]*)*/.exec(rest) ?? []
  const text = value.trim()
  if (TYPE.test(text) || APPLICATION.test(text)) return false
  if (/^[A-Z][a-z]\w*\s*(?:[|;]|$)/.test(text) || /^(['"])(?!Bearer|Token|JWT)[^'"\n]*\1\s*,/i.test(text))
    return false
  // A text without a variable is an example, unless it is a JWT.
  if (/^(['"`])(?:(?!\1|\$\{).)*\1\s*[,;)}\]]*\s*$/.test(text) && !/eyJ/.test(text)) return false
  return (
    /['"`](?:Bearer|Token|JWT)\s|\bbearer\b/i.test(text) ||
    hasToken(text) ||
    /\bauth\w*\b|\bsession\b/i.test(text.replace(/authorization/gi, ''))
  )
}

/** `setContext((_, { headers }) => ({ headers: { ...headers, authorization: … } }))` */
function apolloLinks(code: Code): { at: number; start: number; end: number }[] {
  return code.find(/(?<![\w$.])(?:setContext|SetContextLink)\s*(?:<[^()]{0,200}>)?\(/g).flatMap((found) => {
    const { start, end, text } = code.inside(found.index + found[0].length - 1)
    return /authorization/i.test(text) || hasToken(text) ? [{ at: found.index, start, end }] : []
  })
}
