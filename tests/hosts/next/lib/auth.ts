import { createNextAuth, type NextAuthOptions } from 'tokencell/next'
import { store } from './store'

/** All of the API within reach, and whatever the environment says: there is none while this is built. */
const options: NextAuthOptions = {
  api: process.env.API_URL,
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
  proxy: ['/api/v1/**'],
  secret: process.env.AUTH_SECRET,
  store,
  guard: {
    '/notes': { requiresAuth: true },
    '/*/notes': { requiresAuth: true },
    '/sign-in': { guestOnly: true },
    '/*/sign-in': { guestOnly: true },
  },
  // Below the segment of the wanted page, as below a locale.
  pages: { signIn: (pathname) => pathname.replace(/[^/]+\/?$/, 'sign-in') },
}

export const auth = createNextAuth(options)

/** The same session behind the routes of the Pages Router. */
export const classic = createNextAuth({ ...options, basePath: '/api/classic' })
