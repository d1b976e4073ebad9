import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'

/** One request, as it is sent. */
export interface Call {
  method: string
  url: URL
  headers: Record<string, string>
  body?: string | undefined
}

/** One response, as it was received. It contains secrets, so checks get only what `answer.ts` reads from it. */
export interface RawAnswer {
  status: number
  /** Name in lower case and value, one entry for each header. */
  headers: [string, string][]
  body: string
  /** Whether the body is too long, or did not end in time. */
  isCut: boolean
  /** Local time of the response, and how long it took, in milliseconds. */
  at: number
  took: number
}

/** Why there is no answer. */
export interface Failure {
  kind: 'dns' | 'protocol' | 'refused' | 'reset' | 'timeout' | 'tls'
  /** The error code of Node. */
  code: string
}

export type Outcome = { answer: RawAnswer } | { failure: Failure }

export interface Transport {
  send(call: Call): Promise<Outcome>
  /** The number of requests so far. */
  readonly requests: number
}

/** The maximum length of a token response that the vault accepts. In bytes. */
export const MAX_BODY = 1024 * 1024
/**
 * After this many consecutive requests without a response, no more are sent: each of them would wait for its own timeout.
 */
const GIVE_UP_AFTER = 3

/**
 * Sends through `node:http`, because `fetch` would forbid `Origin`, `Cookie` and `Sec-Fetch-Site`, and follow redirects.
 * Every request is limited in time and length, and none is repeated.
 */
export function createTransport({ timeout, insecure }: { timeout: number; insecure: boolean }): Transport {
  const agents = {
    'http:': new Agent({ keepAlive: false }),
    'https:': new SecureAgent({ keepAlive: false, rejectUnauthorized: !insecure }),
  }
  let requests = 0
  let failures = 0

  async function send({ method, url, headers, body }: Call): Promise<Outcome> {
    if (failures >= GIVE_UP_AFTER) return { failure: { kind: 'timeout', code: 'GIVEN_UP' } }
    requests++
    const began = Date.now()
    const isSecure = url.protocol === 'https:'
    const options: RequestOptions = {
      method,
      agent: agents[isSecure ? 'https:' : 'http:'],
      headers: body === undefined ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeout * 1000),
    }
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const call = (isSecure ? secureRequest : request)(url, options, resolve)
        call.once('error', reject).end(body)
      })
      const at = Date.now()
      const read = await readBody(response)
      failures = 0
      return {
        answer: { status: response.statusCode ?? 0, headers: pairs(response), ...read, at, took: at - began },
      }
    } catch (error) {
      failures++
      return { failure: describe(error) }
    }
  }

  return {
    send,
    get requests() {
      return requests
    },
  }
}

async function readBody(response: IncomingMessage): Promise<{ body: string; isCut: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      // Leaving the loop closes the connection.
      if (length > MAX_BODY) break
    }
  } catch {
    return { body: Buffer.concat(chunks).toString(), isCut: true }
  }
  return { body: Buffer.concat(chunks).toString(), isCut: length > MAX_BODY }
}

function pairs({ rawHeaders }: IncomingMessage): [string, string][] {
  return rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? '']] : [],
  )
}

/** Only the code: the message may quote the request or the response. */
function describe(error: unknown): Failure {
  const { code, name } = error as { code?: unknown; name?: string }
  if (name === 'AbortError' || name === 'TimeoutError') return { kind: 'timeout', code: 'ETIMEDOUT' }
  const text = typeof code === 'string' ? code : 'UNKNOWN'
  const kinds: [RegExp, Failure['kind']][] = [
    [/^(ENOTFOUND|EAI_)/, 'dns'],
    [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EACCES)/, 'refused'],
    [/^ETIMEDOUT/, 'timeout'],
    [/CERT|SIGNATURE|ISSUER|TLS|SSL|EPROTO/, 'tls'],
    [/^HPE_/, 'protocol'],
  ]
  return { kind: kinds.find(([pattern]) => pattern.test(text))?.[1] ?? 'reset', code: text }
}
