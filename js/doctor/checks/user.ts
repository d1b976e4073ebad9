import type { Check, Severity } from '../finding.js'
import { named } from '../options.js'
import { NotChecked, type Observations } from '../probe/observations.js'
import { userGap } from '../user-rule.js'

/** @throws NotChecked if the sign-in failed, or the vault file has the option `user` */
function gap(observations: Observations) {
  if (!observations.answer('sign-in').isOk) throw new NotChecked('the sign-in failed')
  if (observations.plan.vault?.user) throw new NotChecked('the vault file has the option user')
  return userGap(observations)
}

/** What doctor suggests. Without a suggestion, and for a vault file that lacks the option, users will notice. */
function rest({ plan: { user, vault } }: Observations): { hint: string; severity: Severity } {
  if (!user)
    return { hint: 'doctor found no endpoint that returns the user', severity: vault ? 'warning' : 'advice' }
  const hint = `${named(user.endpoint)} returns the user: set the option user`
  return { hint, severity: vault ? 'warning' : 'advice' }
}

/** Whether pages know the user. */
export const userChecks: Check[] = [
  {
    id: 'user.reload',
    title: 'A reload would forget the user',
    severity: 'warning',
    reason:
      'A reload begins with a refresh. Without a user in its response, the session goes on, but auth.snapshot.user is null: names and roles disappear from the page.',
    fix: 'user.endpoint',
    rule: 12,
    judge(observations) {
      if (gap(observations) !== 'reload') return undefined
      const { hint, severity } = rest(observations)
      const signIn = observations.exchange('sign-in')?.request
      const refresh = observations.exchange('refresh') ?? observations.exchange('me-by-cookie')
      const evidence = `${signIn} returns the user, but ${refresh?.request} does not; ${hint}`
      return { evidence, severity }
    },
  },
  {
    id: 'user.missing',
    title: 'The response to the sign-in contains no user',
    severity: 'advice',
    reason:
      'auth.snapshot.user is null after a sign-in, so pages cannot show the name. Roles come from the claims of the token, if it has any.',
    fix: 'user.endpoint',
    rule: 12,
    judge(observations) {
      if (gap(observations) !== 'always') return undefined
      const { hint } = rest(observations)
      return `${observations.exchange('sign-in')?.request} returns no user; ${hint}`
    },
  },
]
