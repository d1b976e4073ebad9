import { BlockList, isIP } from 'node:net'
import { getDomain } from 'tldts'

/** The relation between the page and the API. Cookies and CORS depend on it. */
export type Topology = 'cross-site' | 'same-origin' | 'same-site'

/**
 * The part of a host that its owner registered, by the Public Suffix List. As in browsers, the suffixes of companies
 * count (`one.vercel.app`). If there is no such part, the host itself: an address, `localhost`, a suffix.
 */
const site = (host: string) => getDomain(host, { allowPrivateDomains: true }) ?? host

/** Whether anybody can register a name below this one, so that browsers accept no cookie for it. */
export const isPublicSuffix = (host: string) =>
  !isIP(host) && host.includes('.') && getDomain(host, { allowPrivateDomains: true }) === null

/** Compares two origins as browsers do: the scheme counts, the port does not. */
export function topology(page: string, api: string): Topology {
  if (page === api) return 'same-origin'
  const [a, b] = [new URL(page), new URL(api)]
  return a.protocol === b.protocol && site(a.hostname) === site(b.hostname) ? 'same-site' : 'cross-site'
}

/** Origins that a careless comparison takes for this one: one with the same beginning, and one with the same end. */
export function lookalikes(page: string): [string, string] {
  const { protocol, hostname, port } = new URL(page)
  const longer = port ? `${port}0` : ''
  const begins =
    Number(longer) > 0 && Number(longer) < 65_536
      ? `${protocol}//${hostname}:${longer}`
      : `${protocol}//${hostname}.tokencell.invalid`
  // No name can end like an address.
  if (isIP(hostname.replace(/^\[|\]$/g, ''))) return [begins, begins]
  const own = site(hostname)
  const ends = `${protocol}//${hostname.slice(0, hostname.length - own.length)}doctor${own}${port && `:${port}`}`
  return [begins, ends]
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)

/** Whether requests to this URL stay on this machine. */
export function isHere({ hostname }: URL): boolean {
  if (isIP(hostname) === 4) return loopback.check(hostname)
  return hostname === '[::1]' || /(^|\.)localhost$/.test(hostname)
}
