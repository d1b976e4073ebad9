import type { Page } from '@playwright/test'
import { type Api, test as base } from '../e2e/fixtures.js'
import { type Exchange, type FaultProxy, openProxy, type Rule } from './proxy.js'

export { ADA, BOB, doubtToken, expect, outliveTrust, signIn, status } from '../e2e/fixtures.js'

interface Fixtures {
  /** Between the pages and the API. Pages know only its URL. */
  network: FaultProxy
}

export const test = base.extend<Fixtures>({
  network: async ({ api, site }, use) => {
    const proxy = await openProxy(() => [api.url])
    site.options.origins = [proxy.url]
    await use(proxy)
    await proxy.close()
  },
})

/** The result of a call: what it resolves to, or the code of its error. */
export const outcome = (page: Page, call: 'signIn' | 'signOut' | 'me', url: string) =>
  page.evaluate(
    async ([call, url]) => {
      const calls = {
        signIn: () => auth.signIn({ email: 'ada@example.com', password: 'correct horse' }).then(() => 'done'),
        signOut: () => auth.signOut().then(() => 'done'),
        me: async () => {
          const response = await auth.fetch(`${url}/api/v1/me`)
          const text = await response.text().catch(() => 'broken')
          return text.includes('ada@') ? `${response.status}` : `${response.status}, ${describe(text)}`
        },
      }
      const describe = (text: string) => (/^[{<]/.test(text) ? (text[0] === '<' ? 'HTML' : 'JSON') : text)
      return calls[call as 'me']().catch(({ code, name }) => code ?? name)
    },
    [call, url] as const,
  )

/** A rule with this fault for the requests that `concerns` selects, and for the pages to which they redirect. */
export const during =
  (fault: ReturnType<Rule>, concerns: (exchange: Exchange) => boolean): Rule =>
  (exchange) =>
    exchange.method !== 'OPTIONS' && (concerns(exchange) || exchange.path === '/portal') ? fault : undefined

export const to =
  (route: string) =>
  ({ path }: Exchange) =>
    path === `/api/v1/${route}`

/** How many refreshes the API has refused. */
export const refusals = ({ journal }: Api) => journal.counts().refresh.refused
