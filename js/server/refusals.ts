import type { Bff, Target } from './options.js'
import { readLoosely } from './paths.js'

/**
 * Tells which requests no rule may permit: requests to the endpoints of the API that answer with tokens, in any spelling.
 * The paths of sign-in and of the other exchanges may be
 * read (`GET /session`), unless they are themselves requested with GET or HEAD. A refresh is refused with
 * every method, because some APIs take the access token for it, and the proxy would add that token.
 */
export function createRefusals({ signIn, refresh, exchanges }: Bff) {
  const doors = [signIn, ...exchanges.values()].map((door) => ({
    isDoor: createEndpointTest(door),
    isReadSafe: !isRead(door.method),
  }))
  const isRefresh = refresh ? createEndpointTest(refresh) : () => false
  return (pathname: string, method: string): boolean =>
    isRefresh(pathname) ||
    doors.some(({ isDoor, isReadSafe }) => isDoor(pathname) && !(isReadSafe && isRead(method)))
}

const isRead = (method: string) => /^(get|head)$/i.test(method)

/** Whether some server may read a path as this endpoint. */
function createEndpointTest({ url }: Target) {
  const endpoint = withoutFormat(readLoosely(url.pathname))
  // Servers run the same script for paths below a script such as `/login.php`.
  const isScript = readLoosely(url.pathname).at(-1)?.includes('.') ?? false
  return (pathname: string): boolean => {
    const asked = readLoosely(pathname)
    const found = withoutFormat(isScript ? asked.slice(0, endpoint.length) : asked)
    return found.length === endpoint.length && found.every((segment, at) => segment === endpoint[at])
  }
}

/** Rails and others read `/login.json` as `/login`. */
const withoutFormat = (segments: readonly string[]) =>
  segments.map((segment, at) => (at === segments.length - 1 ? segment.replace(/\..*/s, '') : segment))
