import { createBff } from 'tokencell/server'

export const bff = createBff({
  api: 'https://api.example.com',
  secret: process.env.AUTH_SECRET,
  signIn: '/users/sign_in',
  signOut: { method: 'DELETE', path: '/users/sign_out' },
  exchanges: { signUp: '/users' },
  user: '/users/current',
  fields: { accessToken: 'token' },
  csrf: { header: 'X-CSRF-Token', from: { field: 'csrf_token' } },
  renewHeader: 'Authorization',
  proxy: ['/users/current/**', '/notes', '/admin/users'],
})
