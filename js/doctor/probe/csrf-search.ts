import type { Answer } from '../answer.js'
import type { Endpoint, Plan } from '../options.js'
import type { Client } from './client.js'
import type { Observations } from './observations.js'
import { askForCsrf } from './page.js'
import type { Session } from './session.js'

/** Usual endpoints for CSRF tokens. */
const ENDPOINTS = ['csrf', 'csrf-token', 'csrf_token', 'sanctum/csrf-cookie', 'auth/csrf', 'csrf-cookie']
/** Usual pages with a `<meta>` element. */
const PAGES = ['/', '/login']
/** How many tokens are tried, because APIs limit sign-ins. */
const MAX_ATTEMPTS = 2

interface Search {
  session: Session | undefined
  refused: Answer | undefined
  /** Sends the refused request again, with the CSRF token of this session. */
  attempt: (session: Session) => Promise<Answer | undefined>
}

/**
 * Looks for the page or endpoint that gives the CSRF token, after the API has refused a request without one. The plan
 * keeps it.
 *
 * @returns the response to the repeated request, and the session that it was sent with; `undefined` if nothing was found
 */
export async function searchCsrf(
  client: Client,
  observations: Observations,
  { session, refused, attempt }: Search,
): Promise<{ answer: Answer; session: Session } | undefined> {
  const { plan } = observations
  if (!refused?.isCsrfRefusal || !plan.isCsrfOpen || plan.csrfPage) return undefined
  let attempts = 0
  for (const endpoint of places(plan)) {
    const found = await askForCsrf(client, 'csrf-search', endpoint, session)
    if (!found) return undefined
    if (!found.hasCsrf) continue
    plan.csrfPage = found.endpoint
    const answer = await attempt(found.session)
    if (answer && !answer.isCsrfRefusal) {
      observations.adopt('csrf-search', 'csrf-page')
      return { answer, session: found.session }
    }
    plan.csrfPage = undefined
    if (!answer || ++attempts >= MAX_ATTEMPTS) return undefined
  }
  return undefined
}

/** The places below the URL, below the folder of the sign-in, and below the root. */
function places({ api, endpoints, topology }: Plan): Endpoint[] {
  const at = (path: string): Endpoint => ({ method: 'GET', url: new URL(path, api) })
  const inSignIn = endpoints.signIn.url.pathname.replace(/\/[^/]*$/, '')
  const folders = new Set([api.pathname.replace(/\/$/, ''), inSignIn, '', '/api'])
  const ofEndpoints = [...folders].flatMap((folder) => ENDPOINTS.map((name) => at(`${folder}/${name}`)))
  const ofPages = PAGES.map(at)
  // Across origins, CORS rarely allows pages to be read.
  return topology === 'same-origin' ? [...ofPages, ...ofEndpoints] : [...ofEndpoints, ...ofPages]
}
