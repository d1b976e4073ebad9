import type { Answer } from '../answer.js'
import type { SetCookie } from '../cookies.js'
import type { Endpoint, Plan } from '../options.js'
import type { Trial } from '../trial/result.js'
import type { Failure } from '../wire.js'

/** What is asked of the API, by name. */
export type Step =
  | 'anonymous'
  | 'anonymous-any'
  | 'bad-bearer'
  | `preflight-${'me' | 'refresh' | 'sign-in' | 'sign-out'}`
  | `${'foreign' | 'lookalike' | 'null'}-${'get' | 'preflight'}`
  | 'csrf-page'
  | 'sign-in'
  | 'sign-in-as-form'
  | 'wrong-credentials'
  | 'me'
  | 'me-by-cookie'
  | 'refresh'
  | 'refresh-in-header'
  | 'refresh-by-cookie'
  | 'without-a-cookie'
  | 'me-refreshed'
  | 'me-without'
  | 'sign-out-expired'
  | 'refresh-after-expired'
  | 'refresh-by-get'
  | 'refresh-without-cookie'
  | 'refresh-bad-cookie'
  | `${'foreign' | 'forged' | 'plain'}-${'refresh' | 'sign-in' | 'sign-out'}`
  | 'sign-out'
  | 'refresh-after'
  | 'me-after'
  | 'sign-in-again'
  | 'spend'
  | 'reuse'
  | 'family'
  | 'limited'
  | 'alive'
  | 'close'
  | 'guess'

export interface Exchange {
  step: Step
  /** `POST /api/v1/login` */
  request: string
  path: string
  /** What `Origin` said. */
  origin: string | undefined
  answer?: Answer
  failure?: Failure
}

/** What came of using a spent refresh token. */
export interface Reuse {
  /** When it was used, in seconds after it had been spent. */
  after: number
  status: number
  /** What it was taken for, if it was: the same successor as before, or another one. */
  successor: 'another' | 'same' | undefined
}

/** There is nothing to judge by, for this reason. */
export class Unseen extends Error {
  override readonly name = 'Unseen'
}

/** All that was seen of an API, and why the rest was not. Filled by the probe, read by the checks. */
export class Seen {
  readonly exchanges: Exchange[] = []
  readonly #reasons = new Map<Step, string>()
  /** In the order of their use. */
  readonly reuses: Reuse[] = []
  /** Forged sign-outs that were answered well, and ended nothing. */
  readonly idle = new Set<Step>()
  /** How many wrong sign-ins were answered before one was refused for being one too many. */
  attempts = 0
  /** What came of trying the options that fit; `undefined` if the sign-in failed. */
  trial: Trial | undefined

  constructor(readonly plan: Plan) {}

  record(exchange: Exchange) {
    this.exchanges.push(exchange)
  }

  /** What came of the last of one step is what came of another: a second way was the right one. */
  adopt(from: Step, as: Step) {
    const exchange = this.exchange(from)
    if (exchange) this.record({ ...exchange, step: as })
  }

  /** Says why steps are not taken; the first reason stays. */
  skip(reason: string, ...steps: Step[]) {
    for (const step of steps) if (!this.#reasons.has(step)) this.#reasons.set(step, reason)
  }

  /** The last of them. */
  exchange(step: Step): Exchange | undefined {
    return this.exchanges.filter((exchange) => exchange.step === step).at(-1)
  }

  /** @throws Unseen */
  answer(step: Step): Answer {
    const exchange = this.exchange(step)
    if (exchange?.answer) return exchange.answer
    if (exchange?.failure) throw new Unseen(`${exchange.request} was not answered (${exchange.failure.kind})`)
    throw new Unseen(this.#reasons.get(step) ?? 'not asked')
  }

  /**
   * Whether an answer shows a user, by what is in it: `200 null` does not, nor does what strangers get as well.
   * `alive` and the like are other requests for what `me` is.
   */
  isUser(step: Step): boolean {
    const answer = this.exchange(step)?.answer
    return answer !== undefined && this.showsUser(answer)
  }

  /** The same of an answer to `me` that is not among these. */
  showsUser({ isOk, content }: Pick<Answer, 'content' | 'isOk'>): boolean {
    const stranger = this.exchange('anonymous')?.answer
    if (!isOk || content.says === 'failure') return false
    // A body that is empty for users as well says it with the status.
    if (!stranger?.isOk) return content.says !== 'nothing' || this.#isEmptyForUsers
    return content.says === 'something' && content.shape !== stranger.content.shape
  }

  /** Whether right after signing in there was nothing in the body of `me` either. */
  get #isEmptyForUsers(): boolean {
    return this.answered('me', 'me-by-cookie').some(
      ({ answer }) => answer.isOk && answer.content.says === 'nothing',
    )
  }

  /** Whether the refresh only asks if there is a session: one in a cookie, with GET. */
  get isCheck(): boolean {
    const { endpoints, isCookieSession } = this.plan
    return isCookieSession && endpoints.refresh?.method === 'GET'
  }

  /** Whether the session needs cookies, and CORS has to allow them. */
  get needsCookies(): boolean {
    if (this.plan.cookies === 'omit') return false
    const answer = this.exchange('sign-in')?.answer
    if (this.plan.isCookieSession || !answer?.isOk) return true
    const { sessionCookies } = this.plan
    // Where a refresh could not tell: a cookie in place of a token is one.
    return sessionCookies
      ? sessionCookies.length > 0
      : answer.cookies.length > 0 && answer.grant.access.length === 0
  }

  /** The answers there are, of those steps or of all. */
  answered(...steps: Step[]): (Exchange & { answer: Answer })[] {
    return this.exchanges.filter(
      (it): it is Exchange & { answer: Answer } =>
        it.answer !== undefined && (steps.length === 0 || steps.includes(it.step)),
    )
  }

  /** The answers that grant a session. */
  grants() {
    return this.answered('sign-in', 'refresh').filter(({ answer }) => answer.isOk)
  }

  /** The cookie that stands for the session. @throws Unseen if there is none, or it is not known which one */
  cookie(): SetCookie {
    const { cookies, isOk } = this.answer('sign-in')
    if (!isOk || cookies.length === 0) throw new Unseen('signing in sets no cookie')
    const { sessionCookies } = this.plan
    if (!sessionCookies)
      throw new Unseen('no refresh worked, so that it is not known which cookie is that of the session')
    const cookie = sessionCookies
      .map((name) => cookies.find((it) => it.name === name && !it.isGone))
      .find((cookie) => cookie !== undefined)
    if (cookie) return cookie
    throw new Unseen('the session works without a cookie')
  }

  /** What the access token says. @throws Unseen if there is no token, or it says nothing */
  jwt() {
    const access = this.access()
    if (access.jwt) return access.jwt
    throw new Unseen('the access token is opaque, which is fine')
  }

  /** @throws Unseen */
  access() {
    const [access] = this.answer('sign-in').grant.access
    if (access) return access
    throw new Unseen('signing in gives no token')
  }

  /** @throws Unseen where there is no need for CORS */
  crossOrigin() {
    if (this.plan.topology === 'same-origin')
      throw new Unseen('page and API have one origin, which needs no CORS (say --origin if they have not)')
  }

  /** @throws Unseen */
  endpoint(name: keyof Plan['endpoints']): Endpoint {
    const endpoint = this.plan.endpoints[name]
    if (endpoint) return endpoint
    throw new Unseen(`there is no such endpoint (--${name.replace('O', '-o')} none)`)
  }
}
