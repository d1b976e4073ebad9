import type { AppOptions } from '../pages.js'

declare module 'nuxt/schema' {
  interface AppConfigInput {
    /** The options that nuxt.config cannot hold, because it is data. */
    tokencell?: AppOptions
  }
}
