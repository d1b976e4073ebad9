import { randomBytes } from 'node:crypto'
import type { Plan } from '../options.js'
import type { Asking, Client } from './client.js'
import type { Observations } from './observations.js'
import { visit } from './page.js'

const MAX_ATTEMPTS = 30

/** The credentials in the structure that the API expects: `user[email]` is the email of the user. */
export function body({ fields }: Plan, email: string, password: string): object {
  type Names = Record<string, unknown>
  const empty = (): Names => Object.create(null)
  const body = empty()
  for (const [path, value] of [
    [fields.email, email],
    [fields.password, password],
  ] as const) {
    const names = path.replaceAll(']', '').split(/[[.]/)
    const last = names.pop() ?? ''
    let parent = body
    for (const name of names) {
      parent[name] ??= empty()
      parent = parent[name] as Names
    }
    parent[last] = value
  }
  return body
}

/** The same credentials, as a form sends them. */
export function form({ fields }: Plan, email: string, password: string): URLSearchParams {
  const named = (path: string) => path.replace(/\.(\w+)/g, '[$1]')
  return new URLSearchParams({ [named(fields.email)]: email, [named(fields.password)]: password })
}

/** An address without an account, so that no account is locked. */
export const strange = (plan: Plan): Pick<Asking, 'json'> => ({
  json: body(
    plan,
    `doctor-${randomBytes(6).toString('hex')}@tokencell.invalid`,
    randomBytes(12).toString('base64url'),
  ),
})

/** Signs in with wrong credentials until the API refuses further attempts. */
export async function probeLimit(client: Client, observations: Observations) {
  const { signIn } = observations.plan.endpoints
  const asking = { ...strange(observations.plan), session: await visit(client, observations.plan) }
  while (observations.attempts < MAX_ATTEMPTS) {
    const answer = await client.ask({ step: 'limited', endpoint: signIn, ...asking })
    if (!answer || answer.status === 429) return
    observations.attempts++
  }
}
