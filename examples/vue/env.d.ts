import 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    requiresAuth?: boolean
    /** Any one of these will do. */
    roles?: readonly string[]
    guestOnly?: boolean
  }
}
