import { CookieJar } from 'tough-cookie'
import { decoded } from '../../common/cookie.js'
import type { Plan } from '../options.js'
import type { RawAnswer } from '../transport.js'

/**
 * The cookies of a browser that shows the page of this plan. `Path`, `Domain`, `Secure`, `SameSite` and prefixes take
 * effect.
 */
export function createCookies({ page, topology }: Pick<Plan, 'page' | 'topology'>) {
  const jar = new CookieJar(undefined, { looseMode: true, enforceSecureOriginOnStorage: true })
  const sameSiteContext = topology === 'cross-site' ? 'none' : 'strict'
  return {
    keep({ headers }: RawAnswer, { href }: URL) {
      for (const [name, text] of headers) {
        if (name !== 'set-cookie') continue
        // Browsers require Secure with SameSite=None. They refuse other invalid cookies without an error.
        if (/;\s*samesite=none/i.test(text) && !/;\s*secure\b/i.test(text)) continue
        jar.setCookieSync(text, href, { ignoreError: true, sameSiteContext })
      }
    },
    /** The `Cookie` header, empty if there is none. */
    sentTo: ({ href }: URL) => jar.getCookieStringSync(href, { sameSiteContext }),
    /** The value that `document.cookie` of the page has under this name, as servers read it. */
    readable(name: string) {
      const readable = jar.getCookiesSync(page, { http: false, allPaths: true })
      const found = readable.find(({ key }) => key === name)
      return found && decoded(found.value)
    },
  }
}
