import { explain } from '../common/errors.js'

const REFUSED = 'The API gives no ticket. Its response is in `status` and `body`.'

/**
 * Asks the API for a ticket, through the server's own proxy.
 *
 * @throws AuthError `refused` (with `status` and `body`), or `body-malformed` if the response has no ticket
 */
export async function requestTicket(send: typeof fetch, path: string): Promise<string> {
  const response = await send(path, { method: 'POST', headers: { Accept: 'application/json' } })
  const { status } = response
  const body = parse(await response.text())
  if (!response.ok) throw explain('refused', REFUSED, { status, body })
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
