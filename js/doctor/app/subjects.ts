/** The kinds of code that tokencell replaces, in the order of a report. */
export const KINDS = {
  storage: 'tokens in web storage',
  cookie: 'tokens in cookies of scripts',
  interceptor: 'interceptors and retries',
  header: 'headers with a token',
  store: 'tokens in stores',
  package: 'packages',
  server: 'cookies of a server',
} as const

export type Kind = keyof typeof KINDS

/** What doctor looks for in a code base. */
export interface Subject {
  /** What was found. */
  title: string
  replacement: string
  /** The page of the documentation. */
  guide: string
}

const MOVING = 'docs/moving/localstorage.md'
const AXIOS = 'docs/moving/axios-auth-refresh.md'
const VAULT = 'Nothing: the vault keeps the token, and auth.fetch sends it. Remove this code.'
const FETCH = 'auth.fetch sends the token, waits for a refresh and repeats a request after a 401.'
const CLIENT = `${FETCH} Give it to your HTTP client as its fetch.`

/** Each subject by its id, `kind.name`: stable, for CI and for searching. */
export const SUBJECTS = {
  'storage.web': { title: 'A token in localStorage or sessionStorage', replacement: VAULT, guide: MOVING },
  'storage.store': {
    title: 'A store that is persisted with a token',
    replacement:
      'useAuth() or auth.snapshot has the user and the status, also after a reload. Persist neither.',
    guide: MOVING,
  },
  'cookie.script': {
    title: 'A token in a cookie that scripts can read',
    replacement: 'Nothing: the vault keeps the token. The API sets the refresh cookie, with HttpOnly.',
    guide: MOVING,
  },
  'interceptor.axios': {
    title: 'An axios interceptor for tokens or 401s',
    replacement: CLIENT,
    guide: AXIOS,
  },
  'interceptor.auth-refresh': { title: 'axios-auth-refresh', replacement: CLIENT, guide: AXIOS },
  'interceptor.ky': { title: 'A hook of ky for tokens or 401s', replacement: CLIENT, guide: MOVING },
  'interceptor.ofetch': { title: 'A hook of ofetch for tokens or 401s', replacement: CLIENT, guide: MOVING },
  'interceptor.urql': { title: 'The auth exchange of urql', replacement: CLIENT, guide: MOVING },
  'interceptor.retry': {
    title: 'A refresh, a second attempt or a sign-out after a 401',
    replacement: 'Nothing: the vault or your server refreshes once for all requests, and ends a session.',
    guide: MOVING,
  },
  'header.authorization': {
    title: 'A header with a token, written by hand',
    replacement: FETCH,
    guide: MOVING,
  },
  'header.axios': {
    title: 'A header with a token for all requests of axios',
    replacement: CLIENT,
    guide: AXIOS,
  },
  'header.apollo': { title: 'A link of Apollo that adds the token', replacement: CLIENT, guide: MOVING },
  'store.token': {
    title: 'A token in a store or a context',
    replacement: 'useAuth() or auth.snapshot has status, user and claims. No store needs the token.',
    guide: MOVING,
  },
  'store.jwt': {
    title: 'A JWT that a page decodes',
    replacement: 'auth.snapshot.claims has the decoded claims.',
    guide: MOVING,
  },
  'package.sidebase': {
    title: '@sidebase/nuxt-auth',
    replacement: 'The module tokencell/nuxt',
    guide: 'docs/moving/sidebase-nuxt-auth.md',
  },
  'package.nuxtjs': {
    title: '@nuxtjs/auth',
    replacement: 'The module tokencell/nuxt, for Nuxt 4',
    guide: 'docs/moving/index.md',
  },
  'package.next-auth': {
    title: 'next-auth',
    replacement: 'tokencell/next, if users sign in to your own API with credentials',
    guide: 'docs/moving/next-auth-credentials.md',
  },
  'package.oidc-client': {
    title: 'oidc-client',
    replacement: 'A vault, if the login server is your own',
    guide: 'docs/moving/oidc-client.md',
  },
  'package.axios-auth-refresh': { title: 'axios-auth-refresh', replacement: CLIENT, guide: AXIOS },
  'server.cookie': {
    title: 'A session cookie without all of HttpOnly, Secure and SameSite',
    replacement:
      'Set all three, so that scripts cannot read the refresh cookie and other sites cannot send it.',
    guide: 'docs/contract.md#rule-23',
  },
} as const satisfies Record<`${Kind}.${string}`, Subject>

export type SubjectId = keyof typeof SUBJECTS

export const kindOf = (id: SubjectId) => id.slice(0, id.indexOf('.')) as Kind

/** A place in a file that a rule has found. */
export interface Hit {
  id: SubjectId
  /** The place in the text of the file. */
  at: number
  /** What is special here, such as the missing flags of a cookie. It contains no text of the file except names. */
  detail?: string | undefined
  /** A key under which a user is stored together with a token. */
  key?: string
  /** The hit counts only if another hit, perhaps in another file, has this key. */
  ifKey?: string
}
