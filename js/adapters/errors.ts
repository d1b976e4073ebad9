import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'

/** Messages of the errors that only adapters raise: the cause, then the fix. */
const MESSAGES = {
  'mode-missing':
    "nuxt.config sets no valid mode. Write tokencell: { mode: 'bff', … } or tokencell: { mode: 'vault', … }.",
  'page-missing':
    'This option of guardRoutes() matches no route. Add the route, or write "/path", { name } or a function that returns one of them.',
  'plugin-missing':
    'useAuth() found no plugin. Write app.use(authPlugin(auth)), and call useAuth() in setup(), before any await.',
  'provider-missing':
    'useAuth() found no provider. Put <AuthProvider auth={auth}> around the components that call useAuth().',
  'shared-answer':
    'This response is cached or prerendered for all visitors. Read the session only in handlers that are neither.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type AdapterErrorCode = keyof typeof MESSAGES

export const adapterError = (code: AdapterErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
