import { createApi } from '../src/api.js'
import { createClient } from './client.js'

/**
 * A separate API for one test. It is closed when the test ends.
 * @param {{ after(end: () => unknown): void }} test
 * @param {Partial<import("../src/settings.js").Settings>} [settings]
 */
export async function serve(test, settings) {
  const api = createApi(settings)
  const { url, controlUrl, controlToken, close } = await api.listen({ controlPort: 0 })
  test.after(close)

  /** @param {string} route such as "POST /reset" @param {unknown} [json] @param {Record<string, string>} [headers] */
  async function control(route, json, headers) {
    const [method, path] = route.split(' ')
    const response = await fetch(controlUrl + path, {
      method,
      headers: { Authorization: `Bearer ${controlToken}`, ...headers },
      body: JSON.stringify(json),
    })
    const text = await response.text()
    return { status: response.status, body: text && JSON.parse(text) }
  }

  return { api, url, control, client: () => createClient(url) }
}
