import { createNextAuth } from 'tokencell/next'
import type { ModuleOptions } from 'tokencell/nuxt'
import { presets } from 'tokencell/presets'
import type { VueAuth } from 'tokencell/vue'
import { reactive } from 'vue'
import { useAuth } from '../../pkg/nuxt/runtime/composables.js'
import { same, type User } from './register.js'

const auth = useAuth()
same<typeof auth, VueAuth<User>>()
const session = reactive(auth)
if (session.isAuthenticated) same<typeof session.user, Readonly<User>>()

export const options: ModuleOptions[] = [
  { mode: 'vault', ...presets.deviseTokenAuth, origins: ['https://api.example.com'] },
  { mode: 'vault', ...presets.jwtSessions, pages: { unavailable: '/unavailable' } },
  // @ts-expect-error: the mode `bff` requires `api`
  { mode: 'bff', signIn: '/login' },
  // @ts-expect-error: this mode does not exist
  { mode: 'cookie', signIn: '/login' },
]

const server = createNextAuth({ api: 'https://api.example.com', signIn: '/login', secret: '' })
export async function nameOnServer(): Promise<string> {
  const { snapshot } = await server.requireSession()
  // @ts-expect-error: the user is null unless the status is checked
  snapshot.user.name
  return snapshot.status === 'authenticated' ? snapshot.user.name : ''
}
