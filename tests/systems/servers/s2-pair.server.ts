import { presets } from 'tokencell/presets'
import { createBff } from 'tokencell/server'

export const bff = createBff({
  ...presets.bodyPair,
  api: 'https://api.example.com',
  secret: process.env.AUTH_SECRET,
  // 404: the user is gone.
  refresh: { path: '/refresh', endsOn: [401, 404] },
  exchanges: { signUp: '/signup' },
  proxy: ['/me', '/notes', '/admin/users'],
})
