import { defineNuxtPlugin } from 'nuxt/app'
import { createAuth } from '../../client/create-auth.js'
import type { Auth } from '../../common/types.js'
import { provideAuth } from './app.js'
import { whenHydrated } from './hydrated.js'

/** The vault in the browser. On the server, a session that is loading. */
export default defineNuxtPlugin({
  name: 'tokencell',
  dependsOn: ['nuxt:router'],
  async setup(nuxtApp) {
    if (import.meta.server) return provideAuth(nuxtApp as never, createAuth<never>({}))
    // @ts-expect-error: written by the module
    const { connect } = (await import('#build/tokencell/auth')) as { connect: () => Auth<never> }
    const auth = connect()
    provideAuth(nuxtApp as never, auth, whenHydrated(nuxtApp as never, auth))
  },
})
