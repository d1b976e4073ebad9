import { defineNuxtPlugin, useRuntimeConfig, useState } from 'nuxt/app'
import { createBffAuth, type SessionInfo } from '../../bff.js'
import type { PublicOptions } from '../options.js'
import { provideAuth } from './app.js'
import { whenHydrated } from './hydrated.js'

/** The client of this application's own server, with the session that the page was rendered with. */
export default defineNuxtPlugin({
  name: 'tokencell',
  dependsOn: ['nuxt:router'],
  setup(nuxtApp) {
    const { base } = useRuntimeConfig().public.tokencell as unknown as PublicOptions
    const auth = createBffAuth<never>({ base })
    const info = useState<SessionInfo<never> | null>('tokencell', () => null).value
    // A page that was rendered for everybody knows nobody.
    if (info) auth.hydrate(info)
    provideAuth(nuxtApp as never, auth, info ? undefined : whenHydrated(nuxtApp as never, auth))
  },
})
