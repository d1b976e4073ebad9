import { defineNuxtRouteMiddleware } from 'nuxt/app'

/** Its name is what counts: `runtime/app.ts` reads it off the page. */
export default defineNuxtRouteMiddleware(() => {})
