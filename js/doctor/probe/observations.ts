import type { Answer } from '../answer.js'
import type { SetCookie } from '../cookies.js'
import type { Endpoint, Plan } from '../options.js'
import type { Failure } from '../transport.js'
import type { Trial } from '../trial/result.js'

/** The names of the requests to the API. */
export type Step =
  | 'anonymous'
  | 'anonymous-any'
  | 'bad-bearer'
  | `preflight-${'me' | 'refresh' | 'sign-in' | 'sign-out'}`
  | `${'foreign' | 'lookalike' | 'null'}-${'get' | 'preflight'}`
  | 'csrf-page'
  | 'csrf-search'
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
  | 'me-later'
  | 'user'
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
  /** The value of `Origin`. */
  origin: string | undefined
  answer?: Answer
  failure?: Failure
}

/** The result of using a spent refresh token. */
export interface Reuse {
  /** When the token was used, in seconds after it had been spent. */
  after: number
  status: number
  /** What the API has returned, if it has accepted the token: the same successor as before, or another one. */
  successor: 'another' | 'same' | undefined
}

/** Thrown if a check cannot be made. The message is the reason. */
export class NotChecked extends Error {
  override readonly name = 'NotChecked'
}

/** All observations of an API, and the reasons why others are missing. The probe fills it, and the checks read it. */
export class Observations {
  readonly exchanges: Exchange[] = []
  readonly #reasons = new Map<Step, string>()
  /** In the order of their use. */
  readonly reuses: Reuse[] = []
  /** Forged sign-outs that were answered with success, but did not end the session. */
  readonly idle = new Set<Step>()
  /** How many wrong sign-ins were answered before the API limited them. */
  attempts = 0
  /** The result of trying the suggested options; `undefined` if the sign-in failed. */
  trial: Trial | undefined

  constructor(readonly plan: Plan) {}

  record(exchange: Exchange) {
    this.exchanges.push(exchange)
  }

  /** Records the last result of one step as that of another step, because a second way was the right one. */
  adopt(from: Step, as: Step) {
    const exchange = this.exchange(from)
    if (exchange) this.record({ ...exchange, step: as })
  }

  /** Notes why steps are skipped. If there are several reasons, the first is kept. */
  skip(reason: string, ...steps: Step[]) {
    for (const step of steps) if (!this.#reasons.has(step)) this.#reasons.set(step, reason)
  }

  /** The last exchange of this step. */
  exchange(step: Step): Exchange | undefined {
    return this.exchanges.filter((exchange) => exchange.step === step).at(-1)
  }

  /** @throws NotChecked */
  answer(step: Step): Answer {
    const exchange = this.exchange(step)
    if (exchange?.answer) return exchange.answer
    if (exchange?.failure)
      throw new NotChecked(`${exchange.request} got no response (${exchange.failure.kind})`)
    throw new NotChecked(this.#reasons.get(step) ?? 'doctor did not send this request')
  }

  /**
   * Whether a response shows a user, by its content. `200 null` does not, and content that anonymous visitors also get
   * does not. `alive` and similar steps send other requests to the endpoint `me`.
   */
  isUser(step: Step): boolean {
    const answer = this.exchange(step)?.answer
    return answer !== undefined && this.showsUser(answer)
  }

  /** The same for a response of `me` that is not recorded here. */
  showsUser({ isOk, content }: Pick<Answer, 'content' | 'isOk'>): boolean {
    const anonymous = this.exchange('anonymous')?.answer
    if (!isOk || content.says === 'failure') return false
    // If the body is empty for users, too, the status alone shows a user.
    if (!anonymous?.isOk) return content.says !== 'nothing' || this.#isEmptyForUsers
    return content.says === 'something' && content.shape !== anonymous.content.shape
  }

  /** Whether the body of `me` was also empty right after the sign-in. */
  get #isEmptyForUsers(): boolean {
    return this.answered('me', 'me-by-cookie').some(
      ({ answer }) => answer.isOk && answer.content.says === 'nothing',
    )
  }

  /** Whether the refresh only checks if there is a session: a session in a cookie, requested with GET. */
  get isCheck(): boolean {
    const { endpoints, isCookieSession } = this.plan
    return isCookieSession && endpoints.refresh?.method === 'GET'
  }

  /** Whether the session needs cookies, so that CORS must allow them. */
  get needsCookies(): boolean {
    if (this.plan.cookies === 'omit') return false
    const answer = this.exchange('sign-in')?.answer
    if (this.plan.isCookieSession || !answer?.isOk) return true
    const { sessionCookies } = this.plan
    // If no refresh has shown which cookies are needed: a cookie without a token is the session.
    return sessionCookies
      ? sessionCookies.length > 0
      : answer.cookies.length > 0 && answer.grant.access.length === 0
  }

  /** The exchanges that were answered, of these steps or of all steps. */
  answered(...steps: Step[]): (Exchange & { answer: Answer })[] {
    return this.exchanges.filter(
      (it): it is Exchange & { answer: Answer } =>
        it.answer !== undefined && (steps.length === 0 || steps.includes(it.step)),
    )
  }

  /** The exchanges that have granted a session. */
  grants() {
    return this.answered('sign-in', 'refresh').filter(({ answer }) => answer.isOk)
  }

  /**
   * The session cookie.
   * @throws NotChecked if there is none, or it is not known which one it is
   */
  cookie(): SetCookie {
    const { cookies, isOk } = this.answer('sign-in')
    if (!isOk || cookies.length === 0) throw new NotChecked('the response to the sign-in sets no cookie')
    const { sessionCookies } = this.plan
    if (!sessionCookies)
      throw new NotChecked('no refresh worked, so doctor does not know which cookie is the session cookie')
    const cookie = sessionCookies
      .map((name) => cookies.find((it) => it.name === name && !it.isGone))
      .find((cookie) => cookie !== undefined)
    if (cookie) return cookie
    throw new NotChecked('the session needs no cookie')
  }

  /**
   * The content of the access token.
   * @throws NotChecked if there is no token, or it is opaque
   */
  jwt() {
    const access = this.access()
    if (access.jwt) return access.jwt
    throw new NotChecked('the access token is opaque, so this check does not apply')
  }

  /** @throws NotChecked */
  access() {
    const [access] = this.answer('sign-in').grant.access
    if (access) return access
    throw new NotChecked('the response to the sign-in contains no token')
  }

  /** @throws NotChecked if CORS is not needed */
  crossOrigin() {
    if (this.plan.topology === 'same-origin')
      throw new NotChecked(
        'the page and the API have the same origin and need no CORS (if their origins differ, use --origin)',
      )
  }

  /** @throws NotChecked */
  endpoint(name: keyof Plan['endpoints']): Endpoint {
    const endpoint = this.plan.endpoints[name]
    if (endpoint) return endpoint
    throw new NotChecked(`the API has no such endpoint (--${name.replace('O', '-o')} none)`)
  }
}
