import { type AuthOptions, createAuth as connect } from './client/create-auth.js'
import { followScript } from './client/development/follow.js'
import { warnAboutRelativeUrls } from './client/development/relative.js'
import { hearOrigins, reportTrouble } from './client/development/report.js'
import type { Auth, RegisteredUser } from './common/types.js'

export * from './index.js'

/**
 * {@inheritDoc connect}
 *
 * This module is `tokencell` under the export condition `development`, which the development servers of Vite, Next and
 * Nuxt set. After an edit of the vault's file, a page that is loaded again gets the new shared vault. Problems are written
 * to the console.
 */
export function createAuth<User = RegisteredUser>(options: AuthOptions): Auth<User> {
  if (typeof window === 'undefined') return connect(options)
  let origins: readonly string[] | undefined
  const placement = hearOrigins(options, (known) => {
    origins = known
  })
  const { shared } = placement
  const auth = connect<User>({
    ...options,
    ...placement,
    // The factory returns a promise here. `connect()` awaits it.
    ...(shared && { shared: () => followScript(shared) as SharedWorker }),
  })
  reportTrouble(auth as Auth<unknown>, () => origins)
  return Object.assign(auth, { fetch: warnAboutRelativeUrls(auth.fetch, () => origins) })
}
