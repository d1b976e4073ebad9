import { createNextAuth } from 'tokencell/next'
import { same } from './register.js'

const options = { api: 'https://api.example.com', signIn: '/login', secret: '' }
createNextAuth({
  ...options,
  pages: {
    signIn: (pathname, search) => {
      same<typeof pathname, string>()
      same<typeof search, URLSearchParams>()
      return `/${pathname.split('/')[1]}/sign-in`
    },
    home: '/',
    forbidden: () => '/forbidden',
  },
})
// @ts-expect-error: the function must return a path
createNextAuth({ ...options, pages: { signIn: () => undefined } })
// @ts-expect-error: the function must not be async
createNextAuth({ ...options, pages: { home: async () => '/' } })
