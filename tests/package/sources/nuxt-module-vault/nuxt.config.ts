export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  runtimeConfig: { public: { api: 'http://localhost:8787' } },
  modules: ['tokencell'],
  tokencell: {
    mode: 'vault',
    origins: ['http://localhost:8787'],
    signIn: '/api/v1/login',
    refresh: '/api/v1/refresh',
  },
})

// @ts-expect-error an option of the other mode
defineNuxtConfig({ tokencell: { mode: 'vault', signIn: '', proxy: [] } })
