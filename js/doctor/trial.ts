import { authorization } from '../authorization.js'
import { encodeBody, encodeCredentials } from '../endpoint.js'
import { isAuthError } from '../errors.js'
import { type Grant, readGrant } from '../server/grant.js'
import { complete, type Target } from '../server/options.js'
import type { VaultOptions } from '../vault/options.js'
import { browserHeaders } from './browser.js'
import { createBrowser } from './browser-cookies.js'
import { readContent } from './content.js'
import { type Credentials, type Endpoint, named } from './options.js'
import { body as credentialsBody } from './probe/limit.js'
import type { Seen } from './probe/seen.js'
import type { RawAnswer, Wire } from './wire.js'

/** What is done with the options, in this order. */
export type Act = 'refresh' | 'reload' | 'request' | 'sign-in' | 'sign-out'

export interface Trial {
  /** What has worked. */
  tried: Act[]
  /** What has not, and ended the trial. No secret is in it. */
  failure: { act: Act; evidence: string } | undefined
}

class Failed extends Error {}

/** Any will do: nothing is sealed here. */
const SECRET = 'x'.repeat(32)

/**
 * Does with these very options what an application would: signs in, asks for something protected, reloads the page,
 * refreshes and signs out. What goes out is written, and what comes back is read, by the code of the package; cookies are
 * kept and sent as browsers do that for this page.
 */
export async function tryOptions(options: VaultOptions, seen: Seen, wire: Wire): Promise<Trial> {
  const { plan } = seen
  const tried: Act[] = []
  const trial = createTrial(options, seen, wire, plan.credentials as Credentials)
  const acts: [Act, (() => Promise<void>) | undefined][] = [
    ['sign-in', trial.signIn],
    ['request', trial.request],
    ['reload', trial.reload],
    ['refresh', trial.refresh],
    ['sign-out', trial.signOut],
  ]
  for (const [act, work] of acts) {
    try {
      await work?.()
      if (work) tried.push(act)
    } catch (error) {
      if (!(error instanceof Failed) && !isAuthError(error)) throw error
      // Whatever it is that does not work: no session is left behind.
      if (act !== 'sign-in' && act !== 'sign-out') await trial.signOut?.().catch(() => {})
      return { tried, failure: { act, evidence: error.message } }
    }
  }
  return { tried, failure: undefined }
}

function createTrial(options: VaultOptions, seen: Seen, wire: Wire, { email, password }: Credentials) {
  const { plan } = seen
  const { credential = 'bearer', origins: _, forgetAfter: __, name: ___, ...shared } = options
  const bff = complete({ ...shared, api: plan.api.origin, secret: SECRET, plainHttp: true })
  const browser = createBrowser(plan)
  const withCookies = options.credentials !== 'omit'
  let grant: Pick<Grant, 'access' | 'refresh'> | undefined
  /** With a credential in headers of its own. */
  let kept: Record<string, string> = {}

  async function ask(endpoint: Endpoint, own: Record<string, string>, cookies: boolean, text?: string) {
    const { method, url } = endpoint
    const cookie = cookies && browser.cookiesFor(url)
    const headers = {
      Accept: 'application/json',
      ...browserHeaders(method, plan.page, plan.api.origin),
      ...own,
      ...(cookie && { Cookie: cookie }),
    }
    const outcome = await wire.send({ method, url, headers, body: text })
    if ('failure' in outcome)
      throw new Failed(`${named(endpoint)} was not answered (${outcome.failure.kind})`)
    if (cookies) browser.keep(outcome.answer, url)
    return outcome.answer
  }

  /** The header against CSRF, as the page can send it: it reads no cookie of another host, and none that is HttpOnly. */
  function csrf({ csrf }: Target): Record<string, string> {
    if (!csrf) return {}
    const value = 'value' in csrf ? csrf.value : browser.readable(csrf.cookie)
    return value === undefined ? {} : { [csrf.header]: value }
  }

  /** An exchange of credentials. */
  async function exchange(target: Target, more: Record<string, string>, text?: string, type?: string) {
    const headers = { ...csrf(target), ...(type && { 'Content-Type': type }), ...more }
    return ask(target, headers, withCookies, text)
  }

  function granted(target: Target, answer: RawAnswer) {
    if (!isOk(answer)) throw new Failed(`${named(target)} is answered with ${answer.status}`)
    if (credential === 'cookie') return
    const headers = new Headers(answer.headers.filter(([name]) => name !== 'set-cookie'))
    if (typeof credential === 'object') {
      kept = Object.fromEntries(credential.headers.map((name) => [name, headers.get(name) ?? '']))
      return
    }
    const { access, refresh } = readGrant(headers, parse(answer.body), target.fields, bff)
    grant = { access, refresh: refresh ?? grant?.refresh }
  }

  /** The refresh token, where it does not come in a cookie. */
  function proof(target: Target): { headers: Record<string, string>; body: [text?: string, type?: string] } {
    const { refreshToken, refreshMember, scheme } = bff
    const token = grant?.refresh
    const headers: Record<string, string> = {}
    if (token && typeof refreshToken === 'object')
      headers[refreshToken.header] = /^authorization$/i.test(refreshToken.header)
        ? authorization(scheme, token)
        : token
    const members = { ...target.body, ...(token && refreshToken === 'body' && { [refreshMember]: token }) }
    return { headers, body: Object.keys(members).length > 0 ? encodeBody(members, target.encoding) : [] }
  }

  const bearer = (): Record<string, string> =>
    grant ? { Authorization: authorization(bff.scheme, grant.access) } : kept

  async function signIn() {
    const json = JSON.stringify(credentialsBody(plan, email, password))
    const answer = await exchange(bff.signIn, {}, ...encodeCredentials(json, bff.signIn))
    if (answer.status === 429) throw new Failed('sign-ins are limited (429): try again later')
    granted(bff.signIn, answer)
  }

  async function request() {
    const { me } = plan.endpoints
    if (!me || !isKnown) return
    const answer = await ask(me, bearer(), credential === 'cookie')
    const content = readContent(answer.body, /^\s*</.test(answer.body))
    if (!seen.showsUser({ isOk: isOk(answer), content }))
      throw new Failed(`${named(me)} is answered with ${answer.status}, without a user`)
  }

  async function refresh() {
    const target = bff.refresh as Target
    const { headers, body } = proof(target)
    const safe = target.method === 'GET' ? [] : body
    granted(target, await exchange(target, headers, ...safe))
    await request()
  }

  /** What a page has in its memory is lost; cookies are not. */
  async function reload() {
    grant = undefined
    await refresh()
  }

  async function signOut() {
    const target = bff.signOut as Target
    const { headers, body } = proof(target)
    const { status } = await exchange(target, { ...headers, ...bearer() }, ...body)
    const isTold = (status >= 200 && status < 400) || status === 404 || status === 410
    if (!isTold) throw new Failed(`${named(target)} is answered with ${status}`)
  }

  /** Whether `me` has shown a user before, so that it can be told if it does not. */
  const isKnown = seen.isUser('me') || seen.isUser('me-by-cookie')
  const isReloaded = bff.refresh && bff.refreshToken === 'cookie' && typeof credential !== 'object'
  return {
    signIn,
    request: plan.endpoints.me && isKnown ? request : undefined,
    reload: isReloaded ? reload : undefined,
    refresh: bff.refresh && typeof credential !== 'object' ? refresh : undefined,
    signOut: bff.signOut ? signOut : undefined,
  }
}

const isOk = ({ status }: RawAnswer) => status >= 200 && status < 300

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
