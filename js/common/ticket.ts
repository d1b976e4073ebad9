import { explain } from './errors.js'

/**
 * Reads the ticket in a response of the API: the member `ticket` of its JSON, or its text.
 *
 * @param parse returns the value of a JSON text as the page may see it; `undefined` for any other text
 * @throws AuthError `refused` (with `status` and `body`), or `body-malformed` if there is no ticket
 */
export async function readTicket(
  response: Response,
  parse: (text: string) => unknown = parseJson,
): Promise<string> {
  const { status } = response
  const text = await response.text()
  const json = parse(text)
  const body = json === undefined ? parse(JSON.stringify(text)) : json
  if (!response.ok)
    throw explain('refused', 'The API gives no ticket; see `status` and `body`.', { status, body })
  const ticket = typeof body === 'object' && body !== null ? (body as { ticket?: unknown }).ticket : body
  if (typeof ticket === 'string' && ticket !== '') return ticket
  throw explain('body-malformed', 'The response has no ticket. Send `{ "ticket": "…" }`, or text.', {
    status,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
