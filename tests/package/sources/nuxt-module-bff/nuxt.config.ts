export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  // Only this server calls the API. Pages call this server.
  runtimeConfig: { public: { api: '/' } },
  modules: ['tokencell'],
  tokencell: {
    mode: 'bff',
    api: 'http://localhost:8787',
    signIn: '/api/v1/login',
    refresh: '/api/v1/refresh',
    proxy: ['GET /api/v1/me'],
  },
})

// @ts-expect-error an option that does not exist
defineNuxtConfig({ tokencell: { mode: 'bff', api: '', signIn: '', refesh: '' } })
