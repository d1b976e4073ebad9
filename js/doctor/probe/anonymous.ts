import { csrfRuleOf, foundRule } from '../csrf-rule.js'
import type { Endpoint, Plan } from '../options.js'
import { Secret } from '../secret.js'
import { lookalikes } from '../topology.js'
import type { Client } from './client.js'
import type { Observations, Step } from './observations.js'

/** An origin that does not exist (RFC 2606). */
export const FOREIGN = 'https://doctor.tokencell.invalid'

/** Sends requests without an account: from the application's own page, and from others. */
export async function probeAnonymously(client: Client, observations: Observations) {
  const { endpoints, topology } = observations.plan
  const { me } = endpoints
  if (me) {
    const first = await client.ask({ step: 'anonymous', endpoint: me, csrf: false })
    // If one endpoint does not answer, the API may still be up.
    if (!first && !(await client.preflight('preflight-sign-in', endpoints.signIn, ['Content-Type']))) return
    await client.ask({ step: 'anonymous-any', endpoint: me, csrf: false, headers: { Accept: '*/*' } })
    const bearer = new Secret('no.such.token')
    await client.ask({ step: 'bad-bearer', endpoint: me, csrf: false, bearer })
  } else
    observations.skip(
      'no endpoint that requires a token is named (--me none)',
      'anonymous',
      'anonymous-any',
      'bad-bearer',
    )

  if (topology !== 'same-origin') await askForPermission(client, observations.plan)
  await askFromElsewhere(client, observations)
}

/** Sends the preflights for the requests of a page. */
async function askForPermission(client: Client, { endpoints, csrf }: Plan) {
  const header = csrf ? [csrf.header] : []
  const asked: [Step, Endpoint | undefined, string[]][] = [
    ['preflight-me', endpoints.me, ['Authorization', ...Object.keys(endpoints.me?.headers ?? {})]],
    ['preflight-sign-in', endpoints.signIn, ['Content-Type', ...header]],
    ['preflight-refresh', endpoints.refresh, header],
    ['preflight-sign-out', endpoints.signOut, ['Authorization', ...header]],
  ]
  for (const [step, endpoint, headers] of asked) if (endpoint) await client.preflight(step, endpoint, headers)
}

/** The same for the header with a CSRF token, once doctor knows where the API gives that token. */
export async function askForFoundHeader(client: Client, observations: Observations) {
  const { endpoints, topology } = observations.plan
  const asked = [
    ['preflight-sign-in', 'signIn', ['Content-Type']],
    ['preflight-refresh', 'refresh', []],
    ['preflight-sign-out', 'signOut', ['Authorization']],
  ] as const
  if (topology === 'same-origin' || !foundRule(observations, false)) return
  for (const [step, name, headers] of asked) {
    const [endpoint, rule] = [endpoints[name], csrfRuleOf(observations, name)]
    if (endpoint) await client.preflight(step, endpoint, [...headers, ...(rule ? [rule.header] : [])])
  }
}

/**
 * Sends requests from pages that should have no access: a foreign page, a page without an origin, and a page whose origin
 * is similar to the right one.
 */
async function askFromElsewhere(client: Client, { plan }: Observations) {
  const { signIn, me = signIn } = plan.endpoints
  const [begins, ends] = lookalikes(plan.page)
  const origins = [
    ['foreign', FOREIGN, FOREIGN],
    ['null', 'null', 'null'],
    ['lookalike', begins, ends],
  ] as const
  for (const [who, one, other] of origins) {
    await client.preflight(`${who}-preflight`, signIn, ['Content-Type'], other)
    await client.ask({ step: `${who}-get`, endpoint: { ...me, method: 'GET' }, origin: one, csrf: false })
  }
}
