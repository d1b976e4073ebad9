import { FIELDS } from '../common/fields.js'
import { ownProperty } from '../common/own-property.js'
import { parse } from './ask.js'

/** Only responses up to this length are examined: token responses are short. In bytes. */
const MOST = 64 * 1024

const EXAMINED = /^(application\/([\w.-]+\+)?json|application\/jwt|text\/plain)\b/i

/** A JWT alone (RFC 7515 §7.1), with or without the quotes of JSON. */
const JWT = /^"?eyJ[\w-]+\.[\w-]+\.[\w-]*"?$/

const NAMES = [FIELDS.accessToken, 'accessToken', FIELDS.refreshToken, 'refreshToken', 'id_token', 'idToken']

/**
 * Whether a response of the API is a token response: it has a token where the options or the defaults say that tokens are,
 * or it is a JWT. The options do not name every endpoint of an API that begins a session. This finds the others.
 *
 * @param paths the places of tokens that the options name
 */
export async function isTokenResponse(response: Response, paths: readonly string[]): Promise<boolean> {
  const { ok, body, headers } = response
  if (!ok || !body || !EXAMINED.test(headers.get('content-type') ?? '')) return false
  if (Number(headers.get('content-length')) > MOST) return false
  // An error of the body reaches the page with the response itself.
  const text = await shortText(response.clone()).catch(() => undefined)
  if (text === undefined) return false
  if (JWT.test(text.trim())) return true
  const answer = parse(text)
  return [...paths, ...NAMES].some((path) => path !== '' && isToken(ownProperty(answer, path)))
}

const isToken = (value: unknown) => typeof value === 'string' && value !== ''

/** The start of a token response: an object or a JWT. Lists and other texts are not held back. */
const MAY_BE_TOKEN = /^\s*(\{|"?(e|$))/

/** The text of a response; `undefined` as soon as it is too long, or cannot be a token response. */
async function shortText(response: Response): Promise<string | undefined> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    length += value.byteLength
    text += decoder.decode(value, { stream: true })
    if (length > MOST || !MAY_BE_TOKEN.test(text)) break
  }
  // Not awaited: `cancel()` waits until the page has read the response, too.
  reader.cancel().catch(() => {})
  return undefined
}
