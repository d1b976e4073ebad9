import { defineNuxtRouteMiddleware } from 'nuxt/app'

/** Only its name counts: `runtime/app.ts` reads the name from the page. */
export default defineNuxtRouteMiddleware(() => {})
