import type { Case } from './cases.js'

/** Makes every call with `fetch` and with `auth.fetch`, a few at a time. Runs in the page. */
export async function observe({ cases, base }: { cases: Case[]; base: string }) {
  const LONGEST = 8000
  const AT_ONCE = 3

  const named = (error: unknown) =>
    error instanceof Error ? `${error.constructor.name} ${error.name}` : `reason ${String(error)}`

  const hex = (bytes: ArrayBuffer | Uint8Array) => String(new Uint8Array(bytes as ArrayBuffer))

  async function read(response: Response, how: Case['read']): Promise<unknown> {
    switch (how) {
      case 'json':
        return response.json()
      case 'arrayBuffer':
        return hex(await response.arrayBuffer())
      case 'bytes':
        return 'bytes' in response
          ? hex(await response.bytes())
          : hex(await (response as Response).arrayBuffer())
      case 'blob': {
        const blob = await response.blob()
        return [blob.type, await blob.text()]
      }
      case 'formData':
        return [...(await response.formData())]
      case 'clone':
        return Promise.all([response.clone().text(), response.text()])
      case 'reader': {
        const reader = response.body?.getReader()
        let text = ''
        const decoder = new TextDecoder()
        for (;;) {
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
          if (done) return text
          text += decoder.decode(value, { stream: true })
        }
      }
      case 'twice':
        return [await response.text(), await response.text().catch(named)]
      default:
        return response.text()
    }
  }

  async function call(fetch: typeof globalThis.fetch, { query, method, read: how, abort }: Case, id: string) {
    const url = `${base}?${new URLSearchParams({ ...query, id })}`
    const controller = new AbortController()
    const giveUp = () => controller.abort(abort?.why === 'reason' ? 'enough' : undefined)
    const signal =
      abort?.why === 'timeout' ? AbortSignal.timeout(abort.when === 'before' ? 0 : 700) : controller.signal
    if (abort?.when === 'before') {
      giveUp()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    if (abort?.when === 'head') setTimeout(giveUp, 300)
    const seen: Record<string, unknown> = {}
    try {
      const response = await fetch(url, { ...(method && { method }), signal })
      const { status, statusText, ok, type, redirected, headers, body, bodyUsed } = response
      Object.assign(seen, {
        status,
        statusText,
        ok,
        type,
        redirected,
        headers: [...headers],
        body: body === null,
        bodyUsed,
      })
      seen.url = response.url.replace(/id=[^&]*/, '')
      if (abort?.when === 'reading') setTimeout(giveUp, 300)
      const reading = read(response, how).catch(named)
      seen.usedAtOnce = response.bodyUsed
      seen.read = await reading
      seen.used = response.bodyUsed
    } catch (error) {
      seen.error = named(error)
    }
    return seen
  }

  const bounded = (work: Promise<unknown>) =>
    Promise.race([work, new Promise((resolve) => setTimeout(resolve, LONGEST, { error: 'NEVER SETTLES' }))])

  const results: unknown[][] = cases.map(() => [])
  const queue = [...cases.entries()]
  async function work() {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [at, one] = next
      results[at] = await Promise.all([
        bounded(call((input, init) => fetch(input, init), one, `${at}-native`)),
        bounded(call(auth.fetch, one, `${at}-ours`)),
      ])
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}
