import type { AppOptions } from '../pages.js'

declare module 'nuxt/schema' {
  interface AppConfigInput {
    /** What nuxt.config cannot say, because it is data. */
    tokencell?: AppOptions
  }
}
