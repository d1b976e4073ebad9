import { BlockList, isIP } from 'node:net'

/** How the page and the API stand to each other, which decides over cookies and CORS. */
export type Topology = 'cross-site' | 'same-origin' | 'same-site'

/** Suffixes under which everybody can have a name. The whole list has ten thousand; these are where APIs are. */
const SHARED =
  /(^|\.)(github\.io|gitlab\.io|vercel\.app|netlify\.app|herokuapp\.com|onrender\.com|fly\.dev|pages\.dev|workers\.dev|web\.app|firebaseapp\.com|azurewebsites\.net|up\.railway\.app|ngrok\.io|ngrok-free\.app|run\.app)$/
const SECOND_LEVEL = /^(ac|co|com|edu|gov|ne|net|or|org)$/

/** The part of a host that its owner registered. */
function site(host: string): string {
  if (isIP(host.replace(/^\[|\]$/g, ''))) return host
  const labels = host.split('.')
  const isCountry = labels.at(-1)?.length === 2 && SECOND_LEVEL.test(labels.at(-2) ?? '')
  const suffix = SHARED.exec(host)?.[2]?.split('.').length ?? (isCountry ? 2 : 1)
  return labels.slice(-suffix - 1).join('.')
}

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
