import { FIELDS } from '../common/fields.js'
import { ownProperty } from '../common/own-property.js'
import { parse } from './ask.js'

/** Only responses up to this length are examined: token responses are short. In bytes. */
const MOST = 64 * 1024

/**
 * How long the body of a response is waited for. An API may keep a body open and write into it for hours, while token responses
 * come at once. In milliseconds.
 */
const PATIENCE = 10_000

const EXAMINED = /^(application\/([\w.-]+\+)?json|application\/jwt|text\/plain)\b/i

/** A JWT alone (RFC 7515 §7.1), with or without the quotes of JSON. */
const JWT = /^"?eyJ[\w-]+\.[\w-]+\.[\w-]*"?$/

const NAMES = [FIELDS.accessToken, 'accessToken', FIELDS.refreshToken, 'refreshToken', 'id_token', 'idToken']

/** Shorter tokens may be part of an ordinary word. */
const SHORTEST_PART = 8

/**
 * Which token a response of the API contains that pages must not get. The page then gets an error.
 *
 * 1. A token of this session: the API echoes the headers of the request, in a debug page for example.
 * 2. Another token, if `paths` are given: the response has a token where the options or the defaults say that tokens are,
 *    or it is a JWT. The options do not name every endpoint of an API that begins a session. This finds the others.
 *
 * @param tokens of this session
 * @param paths the places of tokens that the options name
 */
export async function tokenIn(
  response: Response,
  tokens: readonly string[],
  paths: readonly string[] | undefined,
): Promise<'ownToken' | 'otherToken' | undefined> {
  const { body, headers } = response
  if (!body || !isExamined(response) || Number(headers.get('content-length')) > MOST) return undefined
  // An error of the body reaches the page with the response itself.
  const text = await shortText(response.clone()).catch(() => undefined)
  if (text === undefined) return undefined
  if (hasOneOf(text, tokens)) return 'ownToken'
  if (!response.ok || !paths) return undefined
  if (JWT.test(text.trim())) return 'otherToken'
  const answer = parse(text)
  const isFound = [...paths, ...NAMES].some((path) => path !== '' && isToken(ownProperty(answer, path)))
  return isFound ? 'otherToken' : undefined
}

/** Whether a text has one of these tokens, as it is, in JSON or in a URL. */
export const hasOneOf = (text: string, tokens: readonly string[]) =>
  tokens.some((token) => {
    if (token.length < SHORTEST_PART) return text === token
    const inUrl = encodeURIComponent(token)
    return text.includes(token) || text.includes(inUrl) || text.replaceAll('\\/', '/').includes(token)
  })

const isExamined = ({ ok, headers }: Response) => {
  const type = headers.get('content-type') ?? ''
  return EXAMINED.test(type) || (!ok && /^text\//i.test(type))
}

const isToken = (value: unknown) => typeof value === 'string' && value !== ''

/** The start of an object, a JWT or an error. Lists and other texts are not held back. */
const MAY_BE_TOKEN = /^\s*(\{|"?(e|$))/

/** The text of a response; `undefined` as soon as it is too long or too slow, or cannot be a token response. */
async function shortText({ body, ok }: Response): Promise<string | undefined> {
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  // Not awaited: `cancel()` waits until the page has read the response, too.
  const stop = () => void reader.cancel().catch(() => {})
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, PATIENCE)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return isLate ? undefined : text + decoder.decode()
      length += value.byteLength
      text += decoder.decode(value, { stream: true })
      if (length > MOST || (ok && !MAY_BE_TOKEN.test(text))) break
    }
  } finally {
    clearTimeout(timer)
  }
  stop()
  return undefined
}
