import { ownProperty } from '../common/own-property.js'
import { asNumber, isLifetime } from '../server/lifetime.js'
import { printable } from './printable.js'
import type { Secret, Secrets } from './secret.js'
import type { RawAnswer } from './transport.js'

/** An access token, without its content. */
export interface Access {
  token: Secret
  /** `header`, or the dotted path in the body. */
  place: string
  jwt: Jwt | undefined
}

/** The parts of a JWT that are not secret. */
export interface Jwt {
  algorithm: string
  isSigned: boolean
  exp: number | undefined
  iat: number | undefined
  /** The names of its claims. */
  claims: string[]
}

/** What a token response grants. */
export interface Grant {
  /** One entry for each place where the token is. */
  access: Access[]
  refresh: { token: Secret; place: string } | undefined
  csrf: { token: Secret; place: string } | undefined
  expiresIn: { seconds: number; place: string } | undefined
  /** The place of a value that has the name of a lifetime, but is not a number of seconds. */
  oddLifetime: string | undefined
  /** The place of the user, if there is one. */
  user: string | undefined
  /** The token came in `Authorization` without a scheme. */
  isBare: boolean
  /** The five headers of devise_token_auth. */
  isDeviseTokenAuth: boolean
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** The schemes of tokens. Another scheme, such as `Basic`, has none. */
const SCHEMES = /^(bearer|jwt|token)?$/i
const DEEPEST = 4
/** A place that is not a path in a body. */
const META = '<meta name="csrf-token">'
const NAMES = {
  access: /^(access|access_?token|auth_?token|id_?token|jwt|token)$/i,
  refresh: /refresh|^rt$/i,
  csrf: /csrf|xsrf/i,
  expiresIn: /^(access_)?expires_?in$/i,
  user: /^(account|current_user|me|profile|user)$/i,
}

interface Leaf {
  place: string
  name: string
  value: unknown
}

/** What is known before a response arrives. */
export interface TokenPlan {
  /** Whether the session is a cookie, so that values which look like tokens are not tokens. */
  isCookieSession: boolean
  /** The dotted paths of tokens in a body. */
  tokens: { access?: string | undefined; refresh?: string | undefined }
}

export function readGrant({ headers, body }: RawAnswer, secrets: Secrets, plan: TokenPlan): Grant {
  const header = (name: string) => headers.find(([it]) => it === name)?.[1]
  const content = parse(body)
  const leaves = [...walk(content, secrets)]
  const texts = leaves.filter((leaf): leaf is Leaf & { value: string } => typeof leaf.value === 'string')
  const named = (pattern: RegExp) =>
    texts.find(({ name, value }) => pattern.test(name) && value.length >= 8 && !/\s/.test(value))
  const at = (path: string) => {
    const value = ownProperty(content, path)
    return typeof value === 'string' && value !== '' ? { place: path, value } : undefined
  }
  const kept = (leaf: { value: string; place: string } | undefined) =>
    leaf && { token: secrets.keep(leaf.value), place: leaf.place }

  const authorization = header('authorization')?.trim()
  const [, scheme = '', inHeader] = /^(?:([^ ]+) +)?(\S+)$/.exec(authorization ?? '') ?? []
  const bearer = SCHEMES.test(scheme) ? inHeader : undefined
  const inBody =
    at(plan.tokens.access ?? 'access_token') ??
    texts.find(({ name, value }) => NAMES.access.test(name) && value.length >= 8) ??
    texts.find(({ place, value }) => JWT.test(value) && !NAMES.refresh.test(place)) ??
    // dj-rest-auth uses this name for the tokens of Django REST framework.
    at('key')
  const lifetimes = leaves.filter(({ name, value }) => NAMES.expiresIn.test(name) && value !== null)
  const seconds = lifetimes.find(({ value }) => isSeconds(value))
  const access = [...(bearer ? [{ place: 'header', value: bearer }] : []), ...(inBody ? [inBody] : [])]

  return {
    access: (plan.isCookieSession ? [] : access).map(({ place, value }) => ({
      token: secrets.keep(value),
      place,
      jwt: readJwt(value, secrets),
    })),
    refresh: kept(at(plan.tokens.refresh ?? 'refresh_token') ?? named(NAMES.refresh)),
    csrf: kept(named(NAMES.csrf) ?? metaOf(body)),
    oddLifetime: seconds ? undefined : lifetimes[0]?.place,
    expiresIn: seconds && { seconds: Number(seconds.value), place: seconds.place },
    user: leaves.find(({ name, value }) => NAMES.user.test(name) && typeof value === 'object' && value)
      ?.place,
    isBare: bearer !== undefined && scheme === '',
    isDeviseTokenAuth: ['access-token', 'client', 'uid'].every((name) => header(name)),
  }
}

/** `csrf_meta_tags` of Rails, `<meta name="csrf-token">` of Laravel. */
function metaOf(body: string): { value: string; place: string } | undefined {
  const [tag] = /<meta\s[^>]*name=["']csrf-token["'][^>]*>/i.exec(body) ?? []
  const [, value] = /\scontent=["']([^"']+)["']/i.exec(tag ?? '') ?? []
  return value === undefined ? undefined : { value, place: META }
}

/** Every value in a body, with its dotted path. An object comes before the values that it contains. */
function* walk(value: unknown, secrets: Secrets, path: string[] = []): Generator<Leaf> {
  const name = path.at(-1) ?? ''
  if (path.length > 0) yield { place: secrets.scrubName(printable(path.join('.'))), name, value }
  if (value === null || typeof value !== 'object' || Array.isArray(value) || path.length >= DEEPEST) return
  for (const [key, it] of Object.entries(value)) yield* walk(it, secrets, [...path, key])
}

function readJwt(token: string, secrets: Secrets): Jwt | undefined {
  if (!JWT.test(token)) return undefined
  const [head, payload, signature] = token
    .split('.')
    .map((part) => part && Buffer.from(part, 'base64url').toString())
  const [header, claims] = [parse(head ?? ''), parse(payload ?? '')]
  if (!isObject(header) || !isObject(claims)) return undefined
  const date = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return {
    algorithm: secrets.scrub(printable(String(header.alg), 20)),
    isSigned: !/^none$/i.test(String(header.alg)) && signature !== '',
    exp: date(claims.exp),
    iat: date(claims.iat),
    claims: [...walk(claims, secrets)].map(({ place }) => place),
  }
}

/** The values that the package accepts as a lifetime: a number, or a number as text. */
const isSeconds = (value: unknown) => {
  const seconds = asNumber(value)
  return typeof seconds === 'number' && isLifetime(seconds)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function parse(text: string): unknown {
  try {
    // A byte order mark is not a part of the text (Encoding, "decode").
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return undefined
  }
}
