import 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
  }
}

declare global {
  interface ImportMetaEnv {
    /** The URL of the documentation; without it, that of the repository. */
    readonly VITE_DOCS?: string
  }
}
