import { explain } from '../common/errors.js'
import { vaultError } from './errors.js'
import { type Outgoing, outgoing } from './outgoing.js'

/** How long the request for a ticket may take. In milliseconds. */
const TIMEOUT = 30_000

/**
 * Asks an endpoint of the API for a short-lived ticket, and gives only the ticket to the page.
 */
export async function requestTicket(
  url: string,
  send: (request: Outgoing) => Promise<Response>,
): Promise<string> {
  const init: RequestInit = { method: 'POST', cache: 'no-store', headers: [['Accept', 'application/json']] }
  const request = { url, init: Object.assign(Object.create(null), init) }
  const response = await send(outgoing(request, null, AbortSignal.timeout(TIMEOUT)))
  const { status } = response
  const body = parse(await response.text())
  if (!response.ok) throw vaultError('refused', { status, body })
  const ticket = typeof body === 'object' && body !== null ? (body as { ticket?: unknown }).ticket : body
  if (typeof ticket === 'string' && ticket !== '') return ticket
  throw explain('body-malformed', 'The response has no ticket. Send `{ "ticket": "…" }`, or text.', {
    status,
  })
}

/** The value of a JSON text; any other text as it is. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
