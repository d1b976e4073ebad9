/** The API's control port, which is there to rehearse bad days and answers only while developing. */
const BASE = '/control'

export async function hasControl(): Promise<boolean> {
  try {
    const response = await fetch(`${BASE}/state`)
    // Single-page hosts answer anything with their index page.
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
  if (!response.ok) throw new Error(`The control port answered ${response.status}`)
}
