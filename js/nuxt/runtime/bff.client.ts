import { defineNuxtPlugin, useAppConfig, useRuntimeConfig, useState } from 'nuxt/app'
import { createBffAuth, type SessionInfo } from '../../bff/client.js'
import { withBase } from '../base-url.js'
import type { PublicOptions } from '../options.js'
import { type AppOptions, headersOf } from '../pages.js'
import { provideAuth } from './app.js'
import { asRendered, whenHydrated } from './hydrated.js'
import { LATER, RENDERED } from './state.js'

/** The client of this application's own server. It starts with the session that the page was rendered with. */
export default defineNuxtPlugin({
  name: 'tokencell',
  dependsOn: ['nuxt:router'],
  setup(nuxtApp) {
    const { app, public: shown } = useRuntimeConfig()
    const { basePath } = shown.tokencell as unknown as PublicOptions
    const { tokencell } = useAppConfig() as { tokencell?: AppOptions }
    const auth = createBffAuth<never>({
      basePath: withBase((app as { baseURL: string }).baseURL, basePath),
      ...headersOf(nuxtApp as never, tokencell),
    })
    const rendered = useState<SessionInfo<never> | null>(RENDERED, () => null).value
    const later = useState<SessionInfo<never> | null>(LATER, () => null).value
    // Before anything subscribes: a client that does not know its session requests it then.
    if (rendered && nuxtApp.payload.serverRendered) auth.hydrate(rendered)
    const hydrated = whenHydrated(nuxtApp as never, auth)
    // A page that was rendered for all visitors has no session.
    if (!rendered || !hydrated) return provideAuth(nuxtApp as never, auth, hydrated)
    if (later) hydrated.then(() => auth.hydrate(later))
    provideAuth(nuxtApp as never, asRendered(auth, rendered.snapshot, hydrated))
  },
})
