import type { RolesOf } from '../../common/guard.js'
import { ownProperty } from '../../common/own-property.js'

/** The roles at a dotted path of the session: a list, or a text with spaces between the roles. */
export const rolesAt =
  (path: string): RolesOf =>
  (session) => {
    const found = ownProperty(session, path)
    const words = typeof found === 'string' ? found.split(' ') : [found].flat()
    return words.filter((role) => typeof role === 'string')
  }
