import { setTimeout as delay } from 'node:timers/promises'
import { authorization } from '../../common/authorization.js'
import { encodeBody, encodeCredentials } from '../../common/endpoint.js'
import { ownProperty } from '../../common/own-property.js'
import type { VaultOptions } from '../../common/vault-options.js'
import { type Grant, readGrant } from '../../server/grant.js'
import type { Target } from '../../server/options.js'
import { readContent } from '../content.js'
import { type Credentials, type Endpoint, named } from '../options.js'
import { body as credentialsBody } from '../probe/limit.js'
import type { Observations } from '../probe/observations.js'
import type { RawAnswer } from '../transport.js'
import { type Exchanges, Failed } from './exchanges.js'
import type { Act } from './result.js'

export { Failed } from './exchanges.js'

/** How long to wait when sign-ins are limited, because doctor itself has signed in several times. In seconds. */
const LIMIT_PAUSE = 10
const MAX_LIMIT_PAUSE = 60

/** The actions of an application, as far as these options allow them. */
export function createActs(
  options: VaultOptions,
  observations: Observations,
  { bff, ask, exchange }: Exchanges,
): Partial<Record<Act, () => Promise<void>>> {
  const { plan } = observations
  const { credential = 'bearer' } = options
  let grant: Pick<Grant, 'access' | 'refresh'> | undefined
  /** The credential, if it is in headers of its own. */
  let kept: Record<string, string> = {}

  /** @throws Failed or AuthError if the response grants nothing */
  function take(target: Target, answer: RawAnswer) {
    if (!isOk(answer)) throw new Failed(`${named(target)} responds with ${answer.status}`)
    if (credential === 'cookie') return
    const headers = new Headers(answer.headers.filter(([name]) => name !== 'set-cookie'))
    if (typeof credential === 'object') {
      kept = Object.fromEntries(credential.headers.map((name) => [name, headers.get(name) ?? '']))
      return
    }
    const { access, refresh } = readGrant(headers, parse(answer.body), target.fields, bff)
    grant = { access, refresh: refresh ?? grant?.refresh }
  }

  /** The refresh token, if it does not come in a cookie, and the members of every body. */
  function proof(target: Target) {
    const { refreshToken, refreshMember, scheme } = bff
    const token = grant?.refresh
    const headers: Record<string, string> = {}
    if (token && typeof refreshToken === 'object') {
      const isAuthorization = /^authorization$/i.test(refreshToken.header)
      headers[refreshToken.header] = isAuthorization ? authorization(scheme, token) : token
    }
    const members = { ...target.body, ...(token && refreshToken === 'body' && { [refreshMember]: token }) }
    const body = Object.keys(members).length > 0 ? encodeBody(members, target.encoding) : ([] as const)
    return { headers, body }
  }

  const bearer = (): Record<string, string> =>
    grant ? { Authorization: authorization(bff.scheme, grant.access) } : kept

  async function signIn() {
    const { email, password } = plan.credentials as Credentials
    const json = JSON.stringify(credentialsBody(plan, email, password))
    async function attempt() {
      if (plan.csrfPage) await ask(plan.csrfPage, {}, true)
      return exchange(bff.signIn, {}, encodeCredentials(json, bff.signIn))
    }
    const answer = await attempt().catch(async (error) => {
      if (!(error instanceof Failed) || error.kind !== 'limited') throw error
      await delay(pauseOf(error) * 1000)
      return attempt()
    })
    take(bff.signIn, answer)
  }

  async function request() {
    const { me } = plan.endpoints
    if (me && isKnown) {
      const answer = await askAsPage(me)
      const content = readContent(answer.body, /^\s*</.test(answer.body))
      if (!observations.showsUser({ isOk: isOk(answer), content }))
        throw new Failed(`${named(me)} responds with ${answer.status}, but not with a user`)
    }
    if (bff.user) await loadUser(bff.user)
  }

  const askAsPage = (endpoint: Endpoint) =>
    ask(endpoint, { ...endpoint.headers, ...bearer() }, credential === 'cookie' || plan.isTokenBound)

  async function loadUser(target: Target) {
    const { status, body } = await askAsPage({ method: target.method, url: target.url })
    if (!isUserIn(body, target) || status >= 300)
      throw new Failed(`${named(target)} responds with ${status}, but not with a user`)
  }

  async function refresh(target: Target) {
    const { headers, body } = proof(target)
    take(target, await exchange(target, headers, body))
    await request()
  }

  async function signOut(target: Target) {
    const { headers, body } = proof(target)
    const { status } = await exchange(target, { ...headers, ...bearer() }, body)
    const isConfirmed = (status >= 200 && status < 400) || status === 404 || status === 410
    if (!isConfirmed) throw new Failed(`${named(target)} responds with ${status}`)
  }

  /** Whether `me` has shown a user before. If not, a response without a user is not a failure. */
  const isKnown = observations.isUser('me') || observations.isUser('me-by-cookie')
  const renewal = typeof credential === 'object' ? undefined : bff.refresh
  const ending = bff.signOut
  return {
    'sign-in': signIn,
    ...(((plan.endpoints.me && isKnown) || bff.user) && { request }),
    ...(renewal &&
      bff.refreshToken === 'cookie' && {
        /** A reload clears the memory of the page, but not the cookies. */
        reload() {
          grant = undefined
          return refresh(renewal)
        },
      }),
    ...(renewal && { refresh: () => refresh(renewal) }),
    ...(ending && { 'sign-out': () => signOut(ending) }),
  }
}

const pauseOf = ({ retryAfter = LIMIT_PAUSE }: Failed) => Math.min(retryAfter, MAX_LIMIT_PAUSE)

/** Whether the response of the endpoint `user` contains a user. Without a member at its path, the whole body is the user. */
function isUserIn(body: string, { fields }: Target): boolean {
  const content = parse(body)
  const user = ownProperty(content, fields.user) ?? content
  return typeof user === 'object' && user !== null && Object.keys(user).length > 0
}

const isOk = ({ status }: RawAnswer) => status >= 200 && status < 300

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
