import type { FrontName } from './front.js'

// Set by the build of the page (build-pages.ts).
declare global {
  /** Where the vault runs; `bff` without one. */
  const __WHERE__: 'bff' | 'page' | 'shared' | 'worker'
  /** The system that the page belongs to. */
  const __FRONT__: FrontName
  /** The origin of its API. */
  const __API__: string
}
