/** The control port of the API, which causes failures for tests. It is available in development only. */
const BASE = '/control'

/** The state of the API; `null` if it has no control port. */
export async function readControl(): Promise<object | null> {
  try {
    const response = await fetch(`${BASE}/state`)
    // Hosts of single-page applications respond to unknown paths with their index page.
    const isJson = (response.headers.get('Content-Type') ?? '').includes('json')
    return response.ok && isJson ? await response.json() : null
  } catch {
    return null
  }
}

export async function order(path: string, body?: unknown): Promise<void> {
  const response = await fetch(BASE + path, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`The control port responded with status ${response.status}.`)
}
