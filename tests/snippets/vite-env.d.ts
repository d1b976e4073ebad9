// What Vite defines.
interface ImportMetaEnv {
  DEV: boolean
  VITE_VAULT?: string
}
interface ImportMeta {
  env: ImportMetaEnv
}
