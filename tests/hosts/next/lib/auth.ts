import { createNextAuth, type NextAuthOptions } from 'tokencell/next'
import { store } from './store'

/** Forwards all API routes. The values of the environment are not set during the build. */
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
  // The sign-in page is below the same segment as the requested page, like below a locale.
  pages: { signIn: (pathname) => pathname.replace(/[^/]+\/?$/, 'sign-in') },
}

export const auth = createNextAuth(options)

/** The same session, with the auth routes in the Pages Router. */
export const classic = createNextAuth({ ...options, basePath: '/api/classic' })
