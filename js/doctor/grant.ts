import { contentOf, metaElements } from '../common/meta.js'
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

/** Where a response has a CSRF token: at a dotted path in its body, in a header, or in a `<meta>` element. */
export type CsrfPlace = { field: string } | { responseHeader: string } | { meta: string }

/** What a token response grants. */
export interface Grant {
  /** One entry for each place where the token is. */
  access: Access[]
  refresh: { token: Secret; place: string } | undefined
  csrf: { token: Secret; place: CsrfPlace } | undefined
  expiresIn: { seconds: number; place: string } | undefined
  /** The place of a value that has the name of a lifetime, but is not a number of seconds. */
  oddLifetime: string | undefined
  /** The place of the user, if there is one; empty if the whole body is the user. */
  user: string | undefined
  /** A token in a response header: the next one, if the response is not that to a sign-in or a refresh. */
  renewed: { token: Secret; header: string } | undefined
  /** The token came in `Authorization` without a scheme. */
  isBare: boolean
  /** The five headers of devise_token_auth. */
  isDeviseTokenAuth: boolean
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/
/** The schemes of tokens. Another scheme, such as `Basic`, has none. */
const SCHEMES = /^(bearer|jwt|token)?$/i
const DEEPEST = 4
const NAMES = {
  access: /^(access|access_?token|auth_?token|id_?token|jwt|token)$/i,
  refresh: /refresh|^rt$/i,
  // Spring and Rails also send the name of the parameter and of the header.
  csrf: /^(?!.*(param|header(_?name)?$))(?!access-control-).*(csrf|xsrf)/i,
  expiresIn: /^(access_)?expires_?in$/i,
  user: /^(account|current_user|me|profile|user)$/i,
}

/** A value in a body. Its place is read after the tokens of the response are known, which a name may contain. */
class Leaf {
  constructor(
    readonly path: readonly string[],
    readonly value: unknown,
    readonly secrets: Secrets,
  ) {}

  get name(): string {
    return this.path.at(-1) ?? ''
  }

  get place(): string {
    return this.secrets.printableName(this.path.join('.'))
  }
}

/** What is known before a response arrives. */
export interface TokenPlan {
  /** Whether the session is a cookie, so that values which look like tokens are not tokens. */
  isCookieSession: boolean
  /** The dotted paths of tokens in a body. */
  tokens: { access?: string | undefined; refresh?: string | undefined; csrf?: string | undefined }
  /** The account, which shows where the user is in a body. */
  credentials?: { email: string } | undefined
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
  /** Spring returns `{ headerName: 'X-CSRF-TOKEN', parameterName: '_csrf', token: '…' }`. */
  const ofSpring = () => (at('parameterName') && at('headerName') ? at('token') : undefined)
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
  const inOther = headers.find(([name, value]) => /token|jwt/.test(name) && readJwt(value, secrets))
  const csrf = csrfIn(headers, at(plan.tokens.csrf ?? '') ?? named(NAMES.csrf) ?? ofSpring(), body)
  const access = [...(bearer ? [{ place: 'header', value: bearer }] : []), ...(inBody ? [inBody] : [])]

  return {
    access: (plan.isCookieSession ? [] : access).map((leaf) => ({
      token: secrets.keep(leaf.value),
      place: leaf.place,
      jwt: readJwt(leaf.value, secrets),
    })),
    refresh: kept(at(plan.tokens.refresh ?? 'refresh_token') ?? named(NAMES.refresh)),
    csrf: csrf && { token: secrets.keep(csrf.value), place: csrf.place },
    oddLifetime: seconds ? undefined : lifetimes[0]?.place,
    expiresIn: seconds && { seconds: Number(seconds.value), place: seconds.place },
    user: userIn(content, leaves, plan.credentials?.email),
    renewed: bearer
      ? { token: secrets.keep(bearer), header: 'Authorization' }
      : inOther && { token: secrets.keep(inOther[1]), header: spelled(inOther[0]) },
    isBare: bearer !== undefined && scheme === '',
    isDeviseTokenAuth: ['access-token', 'client', 'uid'].every((name) => header(name)),
  }
}

/** The CSRF token of a response: in the body, else in a header, else in a `<meta>` element. */
function csrfIn(
  headers: RawAnswer['headers'],
  inBody: { value: string; place: string } | undefined,
  body: string,
): { value: string; place: CsrfPlace } | undefined {
  if (inBody) return { value: inBody.value, place: { field: inBody.place } }
  const inHeader = headers.find(([name, value]) => NAMES.csrf.test(name) && value.length >= 8)
  if (inHeader) return { value: inHeader[1], place: { responseHeader: spelled(inHeader[0]) } }
  // `csrf_meta_tags` of Rails, `<meta name="csrf-token">` of Laravel, `<meta name="_csrf">` of Spring.
  for (const element of metaElements(body)) {
    const [, name = ''] = /\bname\s*=\s*["']?([\w.:-]+)/i.exec(element) ?? []
    const value = NAMES.csrf.test(name) ? contentOf(body, name) : null
    if (value) return { value, place: { meta: printable(name) } }
  }
  return undefined
}

/** The usual spelling of a header: `X-CSRF-Token`. */
const spelled = (header: string) =>
  printable(header).replace(/[a-z]+/gi, (word) =>
    /^[cx]srf$/i.test(word) ? word.toUpperCase() : `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
  )

/** The place of a member with a usual name, else of the object that contains the e-mail address of the account. */
function userIn(content: unknown, leaves: readonly Leaf[], email: string | undefined): string | undefined {
  const named = leaves.find(({ name, value }) => NAMES.user.test(name) && isObject(value))
  if (named || email === undefined) return named?.place
  const isUser = (value: unknown) =>
    isObject(value) &&
    Object.values(value).some((it) => typeof it === 'string' && it.toLowerCase() === email.toLowerCase())
  return isUser(content) ? '' : leaves.find(({ value }) => isUser(value))?.place
}

/** Every value in a body, with its dotted path. An object comes before the values that it contains. */
function* walk(value: unknown, secrets: Secrets, path: string[] = []): Generator<Leaf> {
  if (path.length > 0) yield new Leaf(path, value, secrets)
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
  // Not `String(value)`, which throws for an object with a member `toString`.
  const algorithm = typeof header.alg === 'string' ? header.alg : `${JSON.stringify(header.alg)}`
  return {
    algorithm: secrets.printable(algorithm, 20),
    isSigned: !/^none$/i.test(algorithm) && signature !== '',
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
