/** The control port of the API, which causes failures for tests. It is available in development only. */
const BASE = '/control'

export async function hasControl(): Promise<boolean> {
  try {
    const response = await fetch(`${BASE}/state`)
    // Hosts of single-page applications respond to unknown paths with their index page.
    return response.ok && (response.headers.get('Content-Type') ?? '').includes('json')
  } catch {
    return false
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
