import { explain } from './errors.js'

/**
 * Reads the ticket in a response of the API: the member `ticket` of its JSON, or its text.
 *
 * @param shown returns a body as the page may see it. `ticket` may look like a token: it may be a JWT
 * @throws AuthError `refused` (with `status` and `body`), or `body-malformed` if there is no ticket
 */
export async function readTicket(
  response: Response,
  shown: (body: unknown, ticket: unknown) => unknown = (body) => body,
): Promise<string> {
  const { status } = response
  const raw = parse(await response.text())
  const body = shown(raw, ticketIn(raw))
  if (!response.ok)
    throw explain('refused', 'The API gives no ticket; see `status` and `body`.', { status, body })
  const ticket = ticketIn(body)
  if (typeof ticket === 'string' && ticket !== '') return ticket
  throw explain('body-malformed', 'The response has no ticket. Send `{ "ticket": "…" }`, or text.', {
    status,
  })
}

const ticketIn = (body: unknown) =>
  typeof body === 'object' && body !== null ? (body as { ticket?: unknown }).ticket : body

/** The value of a JSON text; any other text as it is. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
