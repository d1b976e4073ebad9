import type { Router } from 'vue-router'

// Functions are not allowed in nuxt.config, because it is data. These keep the language of the requested page.
export default defineAppConfig({
  tokencell: {
    pages: {
      signIn: ({ query }) => ({ path: '/sign-in', query: query.lang ? { lang: query.lang } : {} }),
    },
    headers: ({ $router }) => {
      const { query } = ($router as Router).currentRoute.value
      return { 'Accept-Language': String(query.lang ?? 'en') }
    },
  },
})
