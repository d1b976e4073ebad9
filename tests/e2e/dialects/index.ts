import type { VaultOptions } from '../../../js/common/vault-options.js'
import { presets } from '../../../js/presets.js'
import { bodyPair } from './body-pair.js'
import { deviseJwt } from './devise-jwt.js'
import { deviseTokenAuth } from './devise-token-auth.js'
import type { Dialect } from './dialect.js'
import { jwtSessions } from './jwt-sessions.js'
import { knock } from './knock.js'
import { railsSession } from './rails-session.js'

export type { Dialect } from './dialect.js'
export { listen } from './listen.js'
export { deviseTokenAuth }

export const dialects: Record<string, () => Dialect> = {
  deviseJwt,
  knock,
  bodyPair,
  jwtSessions,
  deviseTokenAuth: () => deviseTokenAuth(),
  railsSession,
}

/** The preset of that name, with this server as its origin. */
export const optionsOf = (name: string, url: string): VaultOptions => ({
  ...(new Map<string, VaultOptions>(Object.entries(presets)).get(name) as VaultOptions),
  origins: [url],
})
