import type { Page } from '@playwright/test'
import type { Api } from '../e2e/fixtures.js'
import type { Site } from '../e2e/site.js'
import type { Place } from '../systems/build-pages.js'

/** Where the token is: in one of the vaults, or on the server of the application. */
export type { Place }
export const PLACES = ['shared', 'worker', 'page', 'bff'] as const

/** When the script of the attacker runs: before ours, when the client has started, when somebody is signed in. */
export const MOMENTS = ['before', 'started', 'signed in'] as const
export type Moment = (typeof MOMENTS)[number]

/** The known limit of a vault in the page. Its file must permit it with `page: true`. */
export const inPage = (at: readonly Moment[] = MOMENTS) => ({
  at: { page: at },
  why: 'A vault in the page uses the built-ins and the memory of the page, which every script there can replace and read.',
})

/** What an attack is told: the addresses of the API, the site and an origin of the attacker. Behind a BFF, `api` is the site. */
export interface Targets {
  api: string
  site: string
  evil: string
}

/**
 * One attack. `arm` and `reap` run in the page, so they can use only their argument, globals and `kit`. What they see, they give
 * to `take`; the harness searches it for tokens. The other functions run in the test.
 */
export interface Check {
  id: string
  title: string
  /** Prepares the attack at each moment. */
  arm?: (targets: Targets) => unknown
  /** Prepares the API before the attack collects. `issued` are the tokens that it has issued so far. */
  prepare?: (api: Api, targets: Targets, issued: string[]) => void
  /** Prepares the site before the page is opened. */
  serve?: (site: Site) => void
  /** Collects what the attack can read after sign-in, requests and a second sign-in. */
  reap?: (targets: Targets) => unknown
  /** Reads something from outside of the page, for example the heap. */
  inspect?: (page: Page) => Promise<string>
  /** Signs out before the attack collects. */
  signsOut?: boolean
  /** Only in Chromium. */
  chromium?: boolean
  /** The known limits: at which moments the attack succeeds in which place, and why. A rare one does not succeed in every run. */
  limit?: { at: Partial<Record<Place, readonly Moment[]>>; why: string; isRare?: true }
}

declare global {
  /** What the attack has seen, as text. */
  var loot: string[]
  var take: (...values: unknown[]) => void
  /** Replaces a method or a constructor by one that records `this`, the arguments and the result. */
  var hook: (owner: object, name: PropertyKey) => void
  /** Replaces a getter by one that records its result. */
  var hookGetter: (owner: object, name: PropertyKey) => void
  /** Replaces built-ins in another window of the app before its scripts run, and signs in and sends a request there. */
  var poison: (other: Window, api: string) => Promise<void>
  /** The URL of the vault file. */
  var vaultUrl: () => string
}
