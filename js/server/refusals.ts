import type { Bff, Target } from './options.js'
import { readLoosely } from './paths.js'

/**
 * Which requests no rule may permit: those to the endpoints of the API that answer with tokens, however they are spelled. Sign-in
 * may be read (`GET /session`), unless that is how it is asked; a refresh is refused with every method, since some APIs take
 * the access token for it, which the proxy would add.
 */
export function createRefusals({ signIn, refresh }: Bff) {
  const isSignIn = createEndpointTest(signIn)
  const isRefresh = refresh ? createEndpointTest(refresh) : () => false
  const isReadSafe = !isRead(signIn.method)
  return (pathname: string, method: string): boolean =>
    isRefresh(pathname) || (isSignIn(pathname) && !(isReadSafe && isRead(method)))
}

const isRead = (method: string) => /^(get|head)$/i.test(method)

/** Whether some server may take a path for this endpoint. */
function createEndpointTest({ url }: Target) {
  const endpoint = withoutFormat(readLoosely(url.pathname))
  // Below a script, such as `/login.php`, servers find the same script.
  const isScript = readLoosely(url.pathname).at(-1)?.includes('.') ?? false
  return (pathname: string): boolean => {
    const asked = readLoosely(pathname).map((segment) => segment.trim())
    const found = withoutFormat(isScript ? asked.slice(0, endpoint.length) : asked)
    return found.length === endpoint.length && found.every((segment, at) => segment === endpoint[at])
  }
}

/** Rails and others take `/login.json` for `/login`. */
const withoutFormat = (segments: readonly string[]) =>
  segments.map((segment, at) => (at === segments.length - 1 ? segment.replace(/\..*/s, '') : segment))
