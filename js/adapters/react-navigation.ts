import { ownPath } from '../common/guard.js'
import type { Auth, Snapshot } from '../common/types.js'

/** What is needed of a router whose pages a server renders: `useRouter()` of Next's App Router has it. */
export interface ServerRouter {
  /** Renders the page again, and forgets all others. */
  refresh(): void
  replace(path: string): void
}

/** For whom the server has rendered the page last; `undefined` if it does not know. */
export interface Rendered {
  snapshot: Snapshot<unknown> | undefined
}

/**
 * Has the pages follow the session, in every tab: who signs in goes to the page in `?redirect=`, if it is one of this
 * application; after any other change the server renders the page again, and sends away those whom its guards do not let in.
 *
 * @returns the way to stop
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
    // The server of `createBffAuth` does not know yet that the user has left: `signed-out` says when it does.
    const isTooEarly = now.reason === 'signed-out' && 'hydrate' in auth
    if (wanted || (!isTooEarly && !isRendered(now))) router.refresh()
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

/** Who it is and what they may do. A refresh of the token changes neither. */
const identityOf = ({ status, user, claims }: Snapshot<unknown>) =>
  JSON.stringify([status, user, claims?.sub, claims?.role, claims?.roles, claims?.scope])

/**
 * The page in the query, if it is one of ours; of several, none. No server sees a fragment: it comes with the redirect of the
 * browser, and belongs to that page.
 */
function wantedPage(): string | null {
  const { hash, origin, search } = location
  const all = new URLSearchParams(search).getAll('redirect')
  const path = all.length === 1 ? ownPath(all[0], origin) : null
  return path === null || path.includes('#') ? path : path + hash
}
