import { parseCookie, stringifySetCookie } from 'cookie'
import { explain } from '../common/errors.js'
import { CHUNK_SIZE, MAX_CHUNKS, MAX_COOKIE } from './cookie-size.js'
import { SESSION_TOO_LARGE } from './errors.js'
import type { Bff } from './options.js'
import type { Visitor } from './visitor.js'

/**
 * The cookies of a request: those of the session, of a refusal and of the last activity. In development, their names contain the port of
 * the page's address, because browsers send cookies to all ports of a host, and all applications of a developer are on
 * localhost.
 */
export function createCookies(bff: Bff) {
  const make = (suffix: string) => ({
    cookie: createSessionCookie(bff, suffix),
    activityCookie: createSessionCookie(bff, `${suffix}.active`),
    refusals: createSessionCookie(bff, `${suffix}.refused`),
  })
  const plain = make('')
  return ({ headers }: Visitor) => {
    const [, port] = (bff.cookie.hasPort && /:(\d+)$/.exec(headers.get('host') ?? '')) || []
    return port ? make(`-${port}`) : plain
  }
}

/**
 * The session cookie. A value that is too long for one cookie is split into chunks.
 *
 * @param suffix added to the name
 */
export function createSessionCookie({ cookie: { name: base, sameSite, secure, limit } }: Bff, suffix = '') {
  const name = base + suffix
  const chunkNames = Array.from({ length: MAX_CHUNKS }, (_, at) => `${name}.${at}`)
  const names = [name, ...chunkNames]

  function split(value: string): [string, string][] {
    if (value.length <= CHUNK_SIZE) return value === '' ? [] : [[name, value]]
    if (value.length > MAX_COOKIE) throw tooLarge(value)
    const chunks = value.match(new RegExp(`.{1,${CHUNK_SIZE}}`, 'g')) ?? []
    return chunks.map((chunk, at) => [chunkNames[at] as string, chunk])
  }

  const tooLarge = ({ length }: string) =>
    explain(
      'session-too-large',
      `${SESSION_TOO_LARGE} The cookie has ${length} characters, and ${limit} are allowed.`,
    )

  return {
    /** @throws AuthError `session-too-large` for a value that proxies in front may reject */
    refuseTooLarge(value: string) {
      if (value.length > limit) throw tooLarge(value)
    },
    /** Reads the value from a `Cookie` header. */
    read(header: string | null | undefined): string {
      const cookies = parseCookie(header ?? '')
      return cookies[name] ?? chunkNames.map((chunk) => cookies[chunk] ?? '').join('')
    },
    /** Returns the `Cookie` header with this value instead. All other cookies stay unchanged, well-formed or not. */
    replace(header: string | null | undefined, value: string): string {
      const pairs = (header ?? '').split(';').map((pair) => pair.trim())
      const others = pairs.filter((pair) => pair !== '' && !names.includes(pair.split('=')[0]?.trim() ?? ''))
      return [...others, ...split(value).map((pair) => pair.join('='))].join('; ')
    },
    /**
     * Returns `Set-Cookie` headers for this value. An empty value deletes the cookie. Unused chunks are deleted.
     *
     * @param maxAge in seconds; `undefined` for a cookie that ends with the browser
     */
    write(header: string | null | undefined, value: string, maxAge: number | undefined): string[] {
      const attributes = { path: '/', httpOnly: true, secure, sameSite } as const
      const lasting = maxAge === undefined ? {} : { maxAge }
      const chunks = split(value)
      const had = parseCookie(header ?? '')
      const isLeft = (other: string) => other in had && !chunks.some(([kept]) => kept === other)
      return [
        ...chunks.map(([key, chunk]) =>
          stringifySetCookie({ name: key, value: chunk, ...lasting, ...attributes }),
        ),
        ...names
          .filter(isLeft)
          .map((key) => stringifySetCookie({ name: key, value: '', maxAge: 0, ...attributes })),
      ]
    },
  }
}
