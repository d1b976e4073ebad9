import type { Endpoint } from '../options.js'
import { FOREIGN } from './anonymous.js'
import type { Asking, Client } from './client.js'
import type { Observations, Step } from './observations.js'
import { begin, type Session } from './session.js'

/** The headers that browsers add when a form is submitted. */
const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-User': '?1' }

/** An endpoint of the session, and the request that the application sends to it. */
export interface Target {
  name: 'refresh' | 'sign-in' | 'sign-out'
  endpoint: Endpoint
  session?: Session | undefined
  asking?: Partial<Asking>
  /** The fields that a form of another site would send: no JSON, no header. */
  form: URLSearchParams
  /** Called with the session that a forged sign-in has opened. */
  granted?: (session: Session) => void
}

/**
 * Sends the application's request in three other ways: as a form on another site, without the header, and with the header
 * from another origin. None has the access token, because no browser adds it automatically.
 *
 * @returns the session after these requests, or undefined if one of them has ended it
 */
export async function forge(
  client: Client,
  observations: Observations,
  target: Target,
): Promise<Session | undefined> {
  const { name, endpoint, asking } = target
  let { session } = target

  async function attempt(who: 'foreign' | 'forged' | 'plain', how: Partial<Asking>) {
    const step: Step = `${who}-${name}`
    const answer = await client.ask({ step, endpoint, session, ...asking, ...how })
    if (!answer?.isOk) return
    if (name === 'sign-in') target.granted?.(begin(answer, session))
    if (name === 'refresh') session = begin(answer, session)
    if (name === 'sign-out' && session) await look(step, session)
  }

  /** Devise answers with success even if no user is signed in. So the session is checked. */
  async function look(step: Step, before: Session) {
    const { refresh, me } = observations.plan.endpoints
    const answer = observations.plan.isCookieSession
      ? me && (await client.ask({ step: 'alive', endpoint: me, session: before, csrf: false }))
      : refresh && (await client.refresh('alive', refresh, before))
    const isAlive = observations.plan.isCookieSession ? observations.isUser('alive') : answer?.isOk
    if (isAlive) observations.idle.add(step)
    session = isAlive && answer ? begin(answer, before) : undefined
  }

  // Forms can send POST. Rails reads another method from a field of the form.
  const form = new URLSearchParams({ ...endpoint.body, ...Object.fromEntries(target.form) })
  if (endpoint.method !== 'POST') form.set('_method', endpoint.method.toLowerCase())
  const post = { endpoint: { method: 'POST', url: endpoint.url }, form, json: undefined }
  const attempts: ['foreign' | 'forged' | 'plain', Partial<Asking>][] = [
    ['forged', { ...post, origin: FOREIGN, csrf: false, headers: NAVIGATION }],
    ['plain', { csrf: false }],
    ['foreign', { origin: FOREIGN }],
  ]
  for (const [who, how] of attempts) {
    if (name === 'sign-in' || session) await attempt(who, how)
    else observations.skip('the session had already ended before this request', `${who}-${name}`)
  }
  return session
}
