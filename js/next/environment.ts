import { isAuthError } from '../common/errors.js'
import { type BffOptions, type BffServer, createBff } from '../server/index.js'
import type { NextAuthOptions } from './options.js'

/** Options that usually come from the environment of the server. */
const OF_ENVIRONMENT = ['api', 'secret']

/**
 * Creates a server that reports a wrong option of the environment at the first request only. `next build` loads it, too,
 * often without that environment, as for a Docker image.
 *
 * @throws AuthError that names any other option that is wrong
 */
export function createBffOf(options: Omit<NextAuthOptions, 'guard' | 'pages' | 'roles'>): BffServer {
  try {
    return createBff(options as BffOptions)
  } catch (error) {
    if (!isAuthError(error) || !OF_ENVIRONMENT.includes(error.option ?? '')) throw error
    const fail = () => {
      throw error
    }
    return { handle: async () => fail(), open: fail }
  }
}
