import { isAuthError } from '../common/errors.js'
import { type BffOptions, type BffServer, createBff } from '../server/index.js'
import type { NextAuthOptions } from './options.js'

/** Options that come from the environment of the server as a rule. */
const OF_ENVIRONMENT = ['api', 'secret']

/**
 * A server that says at the first request what is wrong with an option of the environment: `next build` loads it, too, often
 * where that environment is not there, as for a Docker image.
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
