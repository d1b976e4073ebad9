import { defineNuxtPlugin, useAppConfig } from 'nuxt/app'
import { type AuthOptions, createAuth } from '../../client/create-auth.js'
import type { Auth } from '../../common/types.js'
import { type AppOptions, headersOf } from '../pages.js'
import { provideAuth } from './app.js'
import { whenHydrated } from './hydrated.js'

type Connect = (options: Pick<AuthOptions, 'headers'>) => Auth<never>

/** The vault in the browser. On the server, a session that is loading. */
export default defineNuxtPlugin({
  name: 'tokencell',
  dependsOn: ['nuxt:router'],
  async setup(nuxtApp) {
    if (import.meta.server) return provideAuth(nuxtApp as never, createAuth<never>({}))
    // @ts-expect-error: written by the module
    const { connect } = (await import('#build/tokencell/auth')) as { connect: Connect }
    const { tokencell } = useAppConfig() as { tokencell?: AppOptions }
    const auth = connect(headersOf(nuxtApp as never, tokencell))
    provideAuth(nuxtApp as never, auth, whenHydrated(nuxtApp as never, auth))
  },
})
