import { parseCookie, stringifySetCookie } from 'cookie'
import { explain } from '../common/errors.js'
import { CHUNK_SIZE, MAX_CHUNKS, MAX_COOKIE } from './cookie-size.js'
import { SESSION_TOO_LARGE } from './errors.js'
import type { Bff } from './options.js'
import type { Visitor } from './visitor.js'

/**
 * The cookies of a request: that of the session, and that of a refusal beside it. In development their names have the port that the
 * page asks for, because cookies know no ports, and all applications of a developer are on localhost.
 */
export function createCookies(bff: Bff) {
  const make = (suffix: string) => ({
    cookie: createSessionCookie(bff, suffix),
    refusals: createSessionCookie(bff, `${suffix}.refused`),
  })
  const plain = make('')
  return ({ headers }: Visitor) => {
    const [, port] = (bff.cookie.hasPort && /:(\d+)$/.exec(headers.get('host') ?? '')) || []
    return port ? make(`-${port}`) : plain
  }
}

/**
 * The session cookie; in chunks, where one would be too large.
 *
 * @param suffix of the name, for what is beside it
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
      `${SESSION_TOO_LARGE} It has ${length} characters, and ${limit} are allowed.`,
    )

  return {
    /** @throws AuthError `session-too-large` for a value that servers in front may not let through */
    refuseTooLarge(value: string) {
      if (value.length > limit) throw tooLarge(value)
    },
    /** Its value in a `Cookie` header. */
    read(header: string | null | undefined): string {
      const cookies = parseCookie(header ?? '')
      return cookies[name] ?? chunkNames.map((chunk) => cookies[chunk] ?? '').join('')
    },
    /** The `Cookie` header with this value in it instead. What others have in it stays as it is, well-formed or not. */
    replace(header: string | null | undefined, value: string): string {
      const pairs = (header ?? '').split(';').map((pair) => pair.trim())
      const others = pairs.filter((pair) => pair !== '' && !names.includes(pair.split('=')[0]?.trim() ?? ''))
      return [...others, ...split(value).map((pair) => pair.join('='))].join('; ')
    },
    /** `Set-Cookie` headers for this value, which is the empty one to end it; chunks that are left over go. */
    write(header: string | null | undefined, value: string, maxAge: number): string[] {
      const attributes = { path: '/', httpOnly: true, secure, sameSite } as const
      const chunks = split(value)
      const had = parseCookie(header ?? '')
      const isLeft = (other: string) => other in had && !chunks.some(([kept]) => kept === other)
      return [
        ...chunks.map(([key, chunk]) =>
          stringifySetCookie({ name: key, value: chunk, maxAge, ...attributes }),
        ),
        ...names
          .filter(isLeft)
          .map((key) => stringifySetCookie({ name: key, value: '', maxAge: 0, ...attributes })),
      ]
    },
  }
}
