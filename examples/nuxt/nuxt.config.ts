const endpoints = {
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
}

const isVault = process.env.MODE === 'vault'
const isShell = process.env.VAULT_SSR === 'shell'
const vaultApi = process.env.VAULT_API ?? 'http://localhost:8787'

export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  modules: ['tokencell', '@pinia/nuxt'],
  css: ['~/theme.css'],
  telemetry: false,
  // Nuxt 4.4 stores the payload of `/` with a key that unstorage 1.17.6 rejects, so `nuxt generate` would fail.
  ...(isVault && { experimental: { payloadExtraction: false } }),
  devtools: { enabled: false },

  tokencell: isVault
    ? {
        mode: 'vault',
        origins: [vaultApi],
        ...endpoints,
        ssr: isShell ? 'shell' : 'wait',
        // Without a page `unavailable`, as with `ssr: 'shell'` here, Nuxt shows its error page.
        pages: { forbidden: '/forbidden', ...(!isShell && { unavailable: '/unavailable' }) },
      }
    : {
        mode: 'bff',
        api: 'http://127.0.0.1:8787',
        ...endpoints,
        proxy: ['/api/v1/notes', 'GET /api/v1/me', 'GET /api/v1/events', '/api/v1/bytes/**'],
        pages: { forbidden: '/forbidden' },
      },

  runtimeConfig: { public: { apiOrigin: isVault ? vaultApi : '' } },

  // These pages are the same for all visitors: `/about` is prerendered, `/news` is cached.
  routeRules: { '/about': { prerender: true }, ...(!isVault && { '/news': { swr: 60 } }) },
})
