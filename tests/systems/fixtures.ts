import { type BrowserContext, test as base, type Page } from '@playwright/test'
import { startBff } from './bff.js'
import { buildPages, type Place } from './build-pages.js'
import { type Host, listen } from './host.js'
import type { FrontName } from './pages/front.js'
import { handle } from './routes.js'
import { startS0 } from './s0-headless.js'
import { startS1 } from './s1-devise-jwt.js'
import { startS2 } from './s2-rails-jwt.js'
import { startS3 } from './s3-express.js'

export { expect } from '@playwright/test'
export { ADA, BOB } from './users.js'

interface Start {
  pages?: string
  origins?: readonly string[]
  lifetime?: number
  idle?: number
  tokenIn?: 'body' | 'header'
}

/** A system and the URL of its pages. `site` is the server of the pages, if they are not on the server of the API. */
type Running<System> = System & { home: string; site: Host | undefined }

export const systems = {
  s0: startS0,
  s1: startS1,
  's2-pair': startS2,
  's2-session': startS2,
  s3: startS3,
} satisfies Record<FrontName, (options: Start) => Promise<Host>>

interface Fixtures {
  where: Place
  /**
   * Starts the system with its pages, which are on the same origin, or on another one as with the API of S1. With `bff`, the
   * pages are on a server of their own, which sends their requests on to the system.
   */
  start: <Name extends FrontName>(
    name: Name,
    options?: Pick<Start, 'idle' | 'lifetime' | 'tokenIn'>,
  ) => Promise<Running<Awaited<ReturnType<(typeof systems)[Name]>>>>
  /** Opens a browser with a profile of its own. Called again, it ends the browser and opens it with the same profile. */
  restart: () => Promise<Page>
}

const NO_TOKEN =
  'With a session cookie there is no token to keep on a server: the cookie is HttpOnly, and no script can read it.'

export const test = base.extend<Fixtures>({
  where: ['shared', { option: true }],
  start: async ({ where }, use, testInfo) => {
    const open: Host[] = []
    await use(async (name, options = {}) => {
      const pages = testInfo.outputPath(`pages-${open.length}`)
      const launch = systems[name] as (options: Start) => Promise<Host>
      if (where === 'bff') {
        testInfo.skip(name === 's2-session', NO_TOKEN)
        const system = await launch(options)
        const site = await startBff({ front: name, api: system.url, pages })
        open.push(system, site)
        await buildPages({ front: name, where, folder: pages })
        return Object.assign(system, { home: site.url, site }) as never
      }
      const site = name === 's1' ? await listen(handle({}, { pages })) : undefined
      const system = await launch({ ...options, ...(site ? { origins: [site.url] } : { pages }) })
      open.push(system, ...(site ? [site] : []))
      await buildPages({ front: name, where, folder: pages, ...(site ? { api: system.url } : {}) })
      return Object.assign(system, { home: (site ?? system).url, site }) as never
    })
    for (const host of open) await host.close()
  },
  restart: async ({ browserName, channel, launchOptions, playwright }, use, testInfo) => {
    const folder = testInfo.outputPath('profile')
    const options = { ...launchOptions, ...(channel ? { channel } : {}) }
    let browser: BrowserContext | undefined
    await use(async () => {
      await browser?.close()
      browser = await playwright[browserName].launchPersistentContext(folder, options)
      return browser.pages()[0] ?? browser.newPage()
    })
    await browser?.close()
  },
})

export const at = (page: Page, name: string) => page.locator(`[data-test="${name}"]`)

/** Fills in the form of the open page. */
export async function enter(page: Page, { email, password }: { email: string; password: string }) {
  await at(page, 'email').fill(email)
  await at(page, 'password').fill(password)
  await at(page, 'submit').click()
}
