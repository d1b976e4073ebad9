import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'

/** Messages of the errors that only adapters raise: the cause, then the fix. */
const MESSAGES = {
  'mode-missing':
    "nuxt.config has no block for tokencell. Write tokencell: { mode: 'bff', … } or { mode: 'vault', … }.",
  'page-missing':
    'This option of guardRoutes() names no page of the router. Add the route, or give "/path", { name } or a function that returns one.',
  'plugin-missing':
    'useAuth() finds no session here. Write app.use(authPlugin(auth)), and call it in setup(), before any await.',
  'provider-missing':
    'useAuth() finds no session here. Put <AuthProvider auth={auth}> around the components that call it.',
  'shared-answer':
    'This answer is kept for everybody, and a session is somebody’s. Ask for it outside cached and prerendered handlers.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type AdapterErrorCode = keyof typeof MESSAGES

export const adapterError = (code: AdapterErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
