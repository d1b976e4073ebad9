import { createNextAuth } from 'tokencell/next'
import { store } from './store'

/** The session on the server. */
export const auth = createNextAuth({
  api: process.env.API_URL ?? 'http://127.0.0.1:8787',
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
  proxy: ['/api/v1/notes', 'GET /api/v1/me', 'GET /api/v1/events'],
  secret: process.env.AUTH_SECRET, // openssl rand -base64 32
  store,
  pages: { signIn: '/sign-in', home: '/', forbidden: '/forbidden' },
  guard: {
    '/notes/**': { requiresAuth: true },
    '/legacy': { requiresAuth: true },
    '/admin/**': { roles: ['admin'] },
    '/sign-in': { guestOnly: true },
  },
})
