import type { Endpoint } from '../options.js'
import type { Asking, Client } from './client.js'
import type { Seen, Step } from './seen.js'
import { begin, type Session } from './session.js'
import { FOREIGN } from './stranger.js'

/** What browsers say of a form that is sent. */
const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-User': '?1' }

/** An endpoint of the session, and what is sent to it by who means it. */
export interface Target {
  name: 'refresh' | 'sign-in' | 'sign-out'
  endpoint: Endpoint
  session?: Session | undefined
  asking?: Partial<Asking>
  /** What a form of another site would send: no JSON, no header. */
  form: URLSearchParams
  /** Called with what a forged sign-in has opened. */
  granted?: (session: Session) => void
}

/**
 * Asks for the same as the application does, as three others would: a form on another site, a request without the header,
 * and one with it from another origin. None has the access token, which no browser adds by itself.
 *
 * @returns the session as it is then, or undefined if one of them has ended it
 */
export async function forge(client: Client, seen: Seen, target: Target): Promise<Session | undefined> {
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

  /** Devise answers well to who is not signed in: what counts is whether the session lives. */
  async function look(step: Step, before: Session) {
    const { refresh, me } = seen.plan.endpoints
    const answer = seen.plan.isCookieSession
      ? me && (await client.ask({ step: 'alive', endpoint: me, session: before, csrf: false }))
      : refresh && (await client.refresh('alive', refresh, before))
    const isAlive = seen.plan.isCookieSession ? seen.isUser('alive') : answer?.isOk
    if (isAlive) seen.idle.add(step)
    session = isAlive && answer ? begin(answer, before) : undefined
  }

  // Forms can post, and Rails takes the method from one.
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
    else seen.skip('the session had ended before', `${who}-${name}`)
  }
  return session
}
