import { type AuthOptions, createAuth as connect } from './client/create-auth.js'
import { followScript } from './client/development/follow.js'
import { warnAboutRelativeUrls } from './client/development/relative.js'
import { hearOrigins, reportTrouble } from './client/development/report.js'
import type { Auth, RegisteredUser } from './common/types.js'

export * from './index.js'

/**
 * {@inheritDoc connect}
 *
 * This is `tokencell` under the export condition `development`, as the development servers of Vite, Next and Nuxt set it. The
 * shared vault follows its file, and the console tells what is wrong.
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
    // `connect()` awaits what a factory makes.
    ...(shared && { shared: () => followScript(shared) as SharedWorker }),
  })
  reportTrouble(auth as Auth<unknown>, () => origins)
  return Object.assign(auth, { fetch: warnAboutRelativeUrls(auth.fetch, () => origins) })
}
