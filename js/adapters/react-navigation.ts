import { ownPath, type RolesOf } from '../common/guard.js'
import type { Auth, Snapshot } from '../common/types.js'

/** The required methods of a router whose pages are rendered on a server. `useRouter()` of Next's App Router has them. */
export interface ServerRouter {
  /** Renders the page again, and discards all other cached pages. */
  refresh(): void
  replace(path: string): void
}

export interface Rendered {
  /** The session for which the server last rendered the page; `undefined` if it is not known. */
  snapshot: Snapshot<unknown> | undefined
  /** Returns the roles of the user. */
  roles: RolesOf
}

/**
 * Makes the pages follow the session, in every tab. After a sign-in the router opens the page in `?redirect=`, if it is a
 * page of this application. After any other change the server renders the page again, and its guards redirect users who may
 * not see it.
 *
 * @returns a function that stops this
 */
export function followSession(auth: Auth<unknown>, router: ServerRouter, rendered: Rendered): () => void {
  let known = rendered.snapshot ?? auth.snapshot

  function update() {
    const before = known
    const now = auth.snapshot
    if (now.status === 'loading') return
    known = now
    if (before.status === 'loading' || identityOf(before) === identityOf(now)) return
    const wanted = before.status === 'unauthenticated' && now.status === 'authenticated' && wantedPage()
    if (wanted) router.replace(wanted)
    // The server of `createBffAuth` has not received the sign-out yet. The event `signed-out` shows when it has.
    const isTooEarly = now.reason === 'signed-out' && 'hydrate' in auth
    if (wanted || (!isTooEarly && !isRendered(now))) router.refresh()
  }

  /** A string that stands for the user and their permissions. A refresh of the token does not change it. */
  function identityOf(snapshot: Snapshot<unknown>) {
    const { status, user, claims } = snapshot
    const { sub, role, roles, scope } = claims ?? {}
    return JSON.stringify([status, user, sub, role, roles, scope, rendered.roles(snapshot as Snapshot)])
  }

  const isRendered = (now: Snapshot<unknown>) =>
    rendered.snapshot !== undefined && identityOf(rendered.snapshot) === identityOf(now)

  const stops = [
    auth.subscribe(update),
    auth.onEvent(({ type }) => type === 'signed-out' && router.refresh()),
  ]
  update()
  return () => {
    for (const stop of stops) stop()
  }
}

/**
 * The page in the query, if it is a page of this application; `null` if the query has several. If it has no fragment, it
 * gets that of the current URL: browsers send no fragment to a server, but keep it through the redirect, so it belongs to
 * the wanted page.
 */
function wantedPage(): string | null {
  const { hash, origin, search } = location
  const all = new URLSearchParams(search).getAll('redirect')
  const path = all.length === 1 ? ownPath(all[0], origin) : null
  return path === null || path.includes('#') ? path : path + hash
}
