import {
  defineNuxtPlugin,
  type NuxtApp,
  navigateTo,
  useAppConfig,
  useRequestEvent,
  useRouter,
  useState,
} from 'nuxt/app'
import { commonError } from '../../common/errors.js'
import { LOADING } from '../../common/snapshot.js'
import type { Auth, Snapshot } from '../../common/types.js'
import type { SessionInfo } from '../../protocol/server-session.js'
import { whileUnreachable } from '../../server/session.js'
import { type AppOptions, headersOf } from '../pages.js'
import { provideAuth } from './app.js'
import { hasVisitor, sessionOf } from './server/context.js'
import { LATER, RENDERED } from './state.js'

/** The session of the request that is being rendered. It is refreshed first, and passed to the page without a token. */
export default defineNuxtPlugin({
  name: 'tokencell',
  dependsOn: ['nuxt:router'],
  async setup(nuxtApp) {
    const event = useRequestEvent(nuxtApp as never)
    const rendered = useState<SessionInfo | null>(RENDERED, () => null)
    const later = useState<SessionInfo | null>(LATER, () => null)
    const session = event && hasVisitor(event) ? sessionOf(event) : undefined
    let snapshot: Snapshot = LOADING
    const fetchSession = async (): Promise<SessionInfo | null> =>
      (await session?.info().catch((error) => {
        snapshot = whileUnreachable(error)
        return null
      })) ?? null
    rendered.value = await fetchSession()
    snapshot = rendered.value?.snapshot ?? snapshot
    const { tokencell } = useAppConfig() as { tokencell?: AppOptions }
    const { headers } = headersOf(nuxtApp as never, tokencell)
    const refuse = () => Promise.reject(commonError('not-in-browser'))
    const auth: Auth = {
      get snapshot() {
        return snapshot
      },
      ready: Promise.resolve(snapshot),
      subscribe: () => () => {},
      onEvent: () => () => {},
      // A page that is rendered once for all visitors gets no session.
      fetch: session ? (input, init) => session.fetchAsPage(input, init, headers) : refuse,
      refresh: refuse,
      reloadUser: refuse,
      restore: refuse,
      signIn: refuse,
      signOut: refuse,
      stay: refuse,
      ticket: refuse,
      dispose() {},
    }
    provideAuth(nuxtApp as never, auth as unknown as Auth<never>)

    nuxtApp.hook('app:rendered', async () => {
      const before = rendered.value
      const now = await fetchSession()
      if (!before || !now || isSame(before, now)) return
      // The page shows the session from before. The browser hydrates with that session, and then changes to the new one.
      later.value = now
      snapshot = now.snapshot
      await leaveIfClosed(nuxtApp as never)
    })
  },
})

const isSame = (one: SessionInfo, other: SessionInfo) =>
  one.session === other.session && JSON.stringify(one.snapshot) === JSON.stringify(other.snapshot)

/**
 * The response has not been sent yet. If the guards no longer allow this page, the response redirects to the page that
 * they open instead.
 */
async function leaveIfClosed(nuxtApp: NuxtApp) {
  await nuxtApp.runWithContext(async () => {
    const router = useRouter()
    const { path, query, hash, fullPath } = router.currentRoute.value
    await router.replace({ path, query, hash, force: true })
    const open = router.currentRoute.value.fullPath
    if (open !== fullPath) await nuxtApp.runWithContext(() => navigateTo(open))
  })
}
