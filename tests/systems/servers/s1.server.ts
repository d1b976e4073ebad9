import { presets } from 'tokencell/presets'
import { createBff } from 'tokencell/server'

export const bff = createBff({
  ...presets.deviseJwt,
  api: 'https://api.example.com',
  secret: process.env.AUTH_SECRET,
  signIn: '/api/v1/login',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
  exchanges: { signUp: '/api/v1/signup' },
  fields: { user: 'data' },
  proxy: ['/api/v1/**'],
})
