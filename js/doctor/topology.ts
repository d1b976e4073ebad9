import { BlockList, isIP } from 'node:net'
import { getDomain } from 'tldts'

/** How the page and the API stand to each other, which decides over cookies and CORS. */
export type Topology = 'cross-site' | 'same-origin' | 'same-site'

/**
 * The part of a host that its owner registered, by the Public Suffix List: with the suffixes of companies, as browsers
 * have it (`one.vercel.app`). The host itself where there is no such part: an address, `localhost`, a suffix.
 */
const site = (host: string) => getDomain(host, { allowPrivateDomains: true }) ?? host

/** Whether everybody can have a name below this one, so that browsers take no cookie for it. */
export const isPublicSuffix = (host: string) =>
  !isIP(host) && host.includes('.') && getDomain(host, { allowPrivateDomains: true }) === null

/** Two origins, as browsers compare them: the scheme counts, the port does not. */
export function topology(page: string, api: string): Topology {
  if (page === api) return 'same-origin'
  const [a, b] = [new URL(page), new URL(api)]
  return a.protocol === b.protocol && site(a.hostname) === site(b.hostname) ? 'same-site' : 'cross-site'
}

/**
 * Origins that a careless comparison takes for this one: by how it begins, and by how it ends.
 */
export function lookalikes(page: string): [string, string] {
  const { protocol, hostname, port } = new URL(page)
  const longer = port ? `${port}0` : ''
  const begins =
    Number(longer) > 0 && Number(longer) < 65_536
      ? `${protocol}//${hostname}:${longer}`
      : `${protocol}//${hostname}.tokencell.invalid`
  // No name ends like an address.
  if (isIP(hostname.replace(/^\[|\]$/g, ''))) return [begins, begins]
  const own = site(hostname)
  const ends = `${protocol}//${hostname.slice(0, hostname.length - own.length)}doctor${own}${port && `:${port}`}`
  return [begins, ends]
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)

/** Whether nothing leaves this machine. */
export function isHere({ hostname }: URL): boolean {
  if (isIP(hostname) === 4) return loopback.check(hostname)
  return hostname === '[::1]' || /(^|\.)localhost$/.test(hostname)
}
