import { defineNuxtPlugin, useRequestEvent, useState } from 'nuxt/app'
import type { SessionInfo } from '../../bff-protocol.js'
import { commonError } from '../../errors.js'
import { LOADING } from '../../snapshot.js'
import type { Auth } from '../../types.js'
import { provideAuth } from './app.js'
import { hasVisitor, sessionOf } from './server/context.js'

/** The session of the request that is being rendered: refreshed before, and handed on to the page without a token. */
export default defineNuxtPlugin({
  name: 'tokencell',
  dependsOn: ['nuxt:router'],
  async setup(nuxtApp) {
    const event = useRequestEvent(nuxtApp as never)
    const state = useState<SessionInfo | null>('tokencell', () => null)
    const session = event && hasVisitor(event) ? sessionOf(event) : undefined
    if (session) state.value = await session.info()
    const snapshot = state.value?.snapshot ?? LOADING
    const refuse = () => Promise.reject(commonError('not-in-browser'))
    const auth: Auth = {
      snapshot,
      ready: Promise.resolve(snapshot),
      subscribe: () => () => {},
      onEvent: () => () => {},
      // What belongs to nobody, such as a page that is rendered once for all, gets nothing of anybody's.
      fetch: session ? (input, init) => session.fetch(input, init) : refuse,
      signIn: refuse,
      signOut: refuse,
      dispose() {},
    }
    provideAuth(nuxtApp as never, auth as unknown as Auth<never>)
    // A token that was refused while rendering has been refreshed since.
    nuxtApp.hook('app:rendered', async () => {
      if (session) state.value = await session.info()
    })
  },
})
