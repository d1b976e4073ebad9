/** The tools of a case. Each run of a case has its own kit, with `fetch` or `auth.fetch`. */
export interface Kit {
  fetch: typeof globalThis.fetch
  /** A URL at the origin under test. The query determines the response (see server.ts). */
  url(query?: Query): string
  /** The same at the other origin, which is the origin of the page in a cross-origin case. */
  otherUrl(query?: Query): string
  /** Calls `fetch` with such a URL and describes the response. */
  call(query?: Query, init?: RequestInit, read?: Reading): Promise<Observed>
  /** Describes everything that is observable of a response, or the error. */
  observe(response: Response | Promise<Response>, read?: Reading): Promise<Observed>
  /** The result of `work`, or the error that it throws, as text. */
  attempt(work: () => unknown): Promise<unknown>
  /** Resolves when `count` requests of this run have arrived at the server. */
  arrived(count?: number): Promise<void>
  /** The global object of an empty iframe, for objects of another realm. */
  realm: typeof globalThis
}

export type Query = Record<string, string | number>
export type Observed = Record<string, unknown>
export type Run = (kit: Kit) => Promise<unknown>
/** Creates cases, by title. The function runs in the page, so it uses nothing outside of itself. */
export type Theme = (readings: readonly Reading[]) => Record<string, Run>

export const READINGS = [
  'text',
  'json',
  'arrayBuffer',
  'bytes',
  'blob',
  'formData',
  'clone',
  'reader',
  'twice',
] as const
export type Reading = (typeof READINGS)[number]

/** The class and name of an error. The message differs between browsers. */
export function named(error: unknown): string {
  if (!(error instanceof Error)) return `reason ${Object.prototype.toString.call(error)} ${String(error)}`
  return `${error.constructor.name} ${error.name}`
}

function listed(bytes: ArrayBuffer | Uint8Array): string {
  const array = new Uint8Array(bytes as ArrayBuffer)
  if (array.length < 200) return `${Object.prototype.toString.call(bytes)} ${array}`
  let sum = 0
  for (const byte of array) sum = (sum * 31 + byte) % 1_000_000_007
  return `${Object.prototype.toString.call(bytes)} of ${array.length} bytes, sum ${sum}`
}

async function drained(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const reader = body?.getReader()
  const parts: number[] = []
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return listed(new Uint8Array(parts))
    for (const byte of value as Uint8Array) parts.push(byte)
  }
}

async function readAs(response: Response, how?: Reading): Promise<unknown> {
  const fields = async (form: FormData) =>
    Promise.all(
      [...form].map(async ([name, value]) =>
        value instanceof File ? [name, value.name, value.type, await value.text()] : [name, value],
      ),
    )
  switch (how) {
    case 'json':
      return response.json()
    case 'arrayBuffer':
      return listed(await response.arrayBuffer())
    case 'bytes':
      return listed(await response.bytes())
    case 'blob': {
      const blob = await response.blob()
      return [blob.type, blob.size, listed(await blob.arrayBuffer())]
    }
    case 'formData':
      return fields(await response.formData())
    case 'clone': {
      const clone = response.clone()
      const texts = await Promise.all([clone.text().catch(named), response.text().catch(named)])
      return [clone.status, clone.url, clone.type, clone.redirected, ...texts]
    }
    case 'reader':
      return drained(response.body)
    case 'twice':
      return [await response.text(), await response.text().catch(named)]
    default: {
      const text = await response.text()
      return text.length < 500 ? text : listed(new TextEncoder().encode(text))
    }
  }
}

async function observe(responding: Response | Promise<Response>, how?: Reading): Promise<Observed> {
  let response: Response
  try {
    response = await responding
  } catch (error) {
    return { error: named(error) }
  }
  const { status, statusText, ok, type, url, redirected, headers, body, bodyUsed } = response
  const seen: Observed = { status, statusText, ok, type, url, redirected, bodyUsed }
  seen.headers = [...headers]
  seen.isResponse = response instanceof Response && headers instanceof Headers
  seen.body = body === null ? null : String(body)
  seen.sameBody = body === response.body
  const reading = readAs(response, how).catch(named)
  seen.usedAtOnce = response.bodyUsed
  seen.read = await reading
  seen.usedAfter = response.bodyUsed
  return seen
}

export interface Place {
  own: string
  other: string
  control: string
  realm: Kit['realm']
}

export function makeKit(fetch: Kit['fetch'], id: string, { own, other, control, realm }: Place): Kit {
  const at = (base: string, query: Query = {}) =>
    `${base}?${new URLSearchParams({ ...(query as Record<string, string>), id })}`
  const attempt = async (work: () => unknown) => {
    try {
      return await work()
    } catch (error) {
      return named(error)
    }
  }
  /** Marks an error that is thrown instead of rejected. */
  const tryFetch: Kit['fetch'] = (...args) => {
    try {
      return fetch(...args)
    } catch (error) {
      throw new Error(`thrown, not rejected: ${named(error)}`)
    }
  }
  return {
    fetch: tryFetch,
    url: (query) => at(own, query),
    otherUrl: (query) => at(other, query),
    call: (query, init, read) => observe(tryFetch(at(own, query), init), read),
    observe,
    attempt,
    async arrived(count = 1) {
      await globalThis.fetch(`${control}-arrived?id=${id}&count=${count}`)
    },
    realm,
  }
}

interface Orders {
  /** The bases of the URLs: at the origin of the page, and at another origin. */
  bases: [string, string]
  /** A third origin for `arrived`, because the cases may use up all connections to the other two. */
  control: string
  cases: { title: string; id: string; isCross: boolean }[]
  limit: number
  atOnce: number
}

/** Runs every case with `fetch` and with `auth.fetch`: `atOnce` cases at a time, each for at most `limit` ms. */
async function runCases(made: Record<string, Run>, { bases, control, cases, limit, atOnce }: Orders) {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const realm = frame.contentWindow as unknown as typeof globalThis
  const results: Record<string, [unknown, unknown]> = {}
  const queue = [...cases]
  const once = (run: Run, fetch: Kit['fetch'], id: string, isCross: boolean) => {
    const [own, other] = isCross ? [bases[1], bases[0]] : bases
    const kit = makeKit(fetch, id, { own, other, control, realm })
    const late = new Promise((resolve) => setTimeout(resolve, limit, 'NEVER SETTLES'))
    return Promise.race([run(kit).catch((error) => `case failed: ${error}`), late])
  }
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const run = made[next.title] as Run
      results[next.id] = await Promise.all([
        once(run, (...args) => fetch(...args), `${next.id}-native`, next.isCross),
        once(run, (...args) => auth.fetch(...args), `${next.id}-ours`, next.isCross),
      ])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

/** An expression that runs the cases of these themes in the page. */
export function expressionOf(themes: readonly Theme[], orders: Orders): string {
  const functions = [named, listed, drained, readAs, observe, makeKit, runCases].map(String).join('\n')
  const made = themes.map((theme) => `...(${theme})(${JSON.stringify(READINGS)})`).join(',\n')
  return `(() => {\n${functions}\nreturn runCases({ ${made} }, ${JSON.stringify(orders)})\n})()`
}
