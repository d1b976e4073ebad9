import { presets } from 'tokencell/presets'
import { createBff } from 'tokencell/server'

export const bff = createBff({
  ...presets.refreshCookie,
  api: 'https://api.example.com',
  secret: process.env.AUTH_SECRET,
  signIn: '/api/auth/login',
  refresh: '/api/auth/refresh',
  signOut: '/api/auth/logout',
  exchanges: { signUp: '/api/auth/register' },
  user: '/api/auth/me',
  proxy: ['/api/**'],
})
