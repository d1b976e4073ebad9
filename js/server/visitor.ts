import { environment } from './environment.js'
import type { Session } from './session-types.js'

/** The part of a request that tells who has sent it. */
export interface Visitor {
  headers: Headers
  /** The address that the connection comes from, if the platform provides it: `req.socket.remoteAddress` of Node. */
  address?: string | undefined
}

/**
 * Platforms that put the address of the visitor into a header, and replace what the visitor has sent in that header. The
 * server detects its platform by its environment, which no visitor can change.
 */
const PLATFORMS: { isHere: (env: ReturnType<typeof environment>) => boolean; header: string }[] = [
  {
    isHere: () => (globalThis.navigator as Navigator | undefined)?.userAgent === 'Cloudflare-Workers',
    header: 'cf-connecting-ip',
  },
  { isHere: ({ VERCEL }) => VERCEL === '1', header: 'x-real-ip' },
  { isHere: ({ NETLIFY }) => NETLIFY === 'true', header: 'x-nf-client-connection-ip' },
  { isHere: ({ FLY_APP_NAME }) => Boolean(FLY_APP_NAME), header: 'fly-client-ip' },
]

/**
 * What the API gets to know about the visitor: the browser, and the address if it is known for certain. Anybody can write
 * `X-Forwarded-For` and similar headers, unless a proxy of yours has written them. Therefore an address is taken only
 *
 * 1. with `trustProxy: n`, from the entry of `X-Forwarded-For` that the first of n proxies has written, which is the n-th
 *    from the right. Entries to the left of it have come from outside. With 0, it is the address of the connection;
 * 2. without that option, from the header that the platform writes.
 */
export function visitorHeaders(
  { headers, address }: Visitor,
  trustProxy: number | undefined,
): Record<string, string> {
  const agent = headers.get('user-agent')
  const ip = cleaned(trustedAddress({ headers, address }, trustProxy))
  const forwarded = ip?.includes(':') ? `for="[${ip}]"` : `for=${ip}`
  return {
    ...(agent !== null && { 'user-agent': agent }),
    ...(ip !== undefined && { 'x-forwarded-for': ip, forwarded }),
  }
}

function trustedAddress({ headers, address }: Visitor, trustProxy: number | undefined): string | undefined {
  if (trustProxy === 0) return address
  if (trustProxy !== undefined) {
    const entries = headers.get('x-forwarded-for')?.split(',') ?? []
    return entries.at(-trustProxy)
  }
  const platform = PLATFORMS.find(({ isHere }) => isHere(environment()))
  return (platform && headers.get(platform.header)) ?? undefined
}

/** An IP address without a port, which some platforms add; `undefined` if the text is not an address. */
function cleaned(text: string | undefined): string | undefined {
  const [, bracketed, plain = text?.trim()] =
    /^\s*(?:\[([\da-f:.]+)\](?::\d+)?|((?:\d+\.){3}\d+)(?::\d+)?)\s*$/i.exec(text ?? '') ?? []
  const ip = (bracketed ?? plain)?.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!ip) return undefined
  const host = ip.includes(':') ? `[${ip}]` : ip
  const isIp = /^[\da-f:.]+$/i.test(ip) && URL.canParse(`http://${host}`)
  return isIp ? ip : undefined
}

const askedFor = new WeakMap<Session, Record<string, string>>()

/** Notes which visitor's request is about to refresh or end a session. The exchange sends these headers to the API. */
export function recordVisitor(session: Session, headers: Record<string, string>) {
  askedFor.set(session, headers)
}

export const visitorOf = (session: Session): Record<string, string> => askedFor.get(session) ?? {}
