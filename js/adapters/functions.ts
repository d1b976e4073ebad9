import type { Auth, RegisteredUser } from '../common/types.js'

/** The functions of a client that components get as they are. */
const NAMES = ['fetch', 'refresh', 'reloadUser', 'restore', 'signIn', 'signOut', 'stay', 'ticket'] as const

export type AuthFunctions<User = RegisteredUser> = Pick<Auth<User>, (typeof NAMES)[number]>

export const functionsOf = <User>(auth: Auth<User>) =>
  Object.fromEntries(NAMES.map((name) => [name, auth[name]])) as unknown as AuthFunctions<User>
