// What nuxt.config cannot say, because it is data: the sign-in page keeps the language of the page that was wanted.
export default defineAppConfig({
  tokencell: {
    pages: {
      signIn: ({ query }) => ({ path: '/sign-in', query: query.lang ? { lang: query.lang } : {} }),
    },
  },
})
