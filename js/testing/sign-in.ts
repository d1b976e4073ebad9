import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { APIRequestContext, Cookie } from '@playwright/test'

/** How the tests sign in, and which pages are then signed in. */
export interface SignInByApiOptions {
  /** The sign-in endpoint: of the API, or of your server with the BFF (`/api/auth/sign-in`). A path is relative to `baseURL`. */
  url: string
  /** The body of the sign-in request. */
  credentials: Readonly<Record<string, unknown>>
  /**
   * How the credentials are sent.
   * @default 'json'
   */
  encoding?: 'json' | 'form'
  /** Additional headers of the sign-in request, for example a CSRF header. */
  headers?: Readonly<Record<string, string>>
  /** The origin of the pages, for example `http://localhost:5173`. It is also the `Origin` of the sign-in request. */
  origin: string
  /**
   * The option `name` of the vault. `false`: there is no vault (BFF), and the cookie is enough.
   * @default 'tokencell'
   */
  name?: string | false
  /** The file in which the state is stored. Treat it as a secret: it contains the session cookie. */
  path?: string
}

/** A `storageState` of Playwright: the cookies of the session, and the row that tells the vault of this session. */
export interface SignedInState {
  cookies: Cookie[]
  origins: OriginState[]
}

export interface OriginState {
  origin: string
  localStorage: { name: string; value: string }[]
  indexedDB?: DatabaseState[]
}

export interface DatabaseState {
  name: string
  version: number
  stores: {
    name: string
    autoIncrement: boolean
    records: { key?: unknown; value?: unknown }[]
    indexes: never[]
  }[]
}

/** The name of the store, and the key of its only entry: js/vault/shared-state.ts. */
const STORE = 'shared-state'

/**
 * Signs in with one request, without a page. A context with the returned `storageState` starts signed in: its first page
 * sends one refresh, or none with the BFF.
 *
 * The API must set a cookie. With `bodyPair` or `deviseJwt`, only the page that has signed in has the session: call its
 * `auth.signIn` instead.
 *
 * @example
 * const state = await signInByApi(request, { url: '/api/v1/login', credentials, origin: 'http://localhost:5173' })
 * const context = await browser.newContext({ storageState: state })
 *
 * @throws Error if the API refuses the sign-in, or if its answer sets no cookie
 */
export async function signInByApi(
  request: APIRequestContext,
  {
    url,
    credentials,
    encoding = 'json',
    headers = {},
    origin,
    name = 'tokencell',
    path: file,
  }: SignInByApiOptions,
): Promise<SignedInState> {
  const response = await request.post(url, {
    headers: { Accept: 'application/json', 'X-Requested-With': 'tokencell', Origin: origin, ...headers },
    ...(encoding === 'form' ? { form: texts(credentials) } : { data: credentials }),
    maxRedirects: 0,
  })
  const status = response.status()
  if (!response.ok())
    throw new Error(`The API refused the sign-in: POST ${response.url()} returned ${status}.`)
  if (!response.headersArray().some(({ name }) => name.toLowerCase() === 'set-cookie')) {
    throw new Error(
      `The answer to the sign-in sets no cookie: POST ${response.url()} returned ${status}. A new context of this browser ` +
        'can then not be signed in. Sign in with `auth.signIn` of the page in each test.',
    )
  }
  const { cookies } = await request.storageState()
  const state: SignedInState = { cookies, origins: name === false ? [] : [originWith(origin, name)] }
  if (file) {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify(state, null, 2), { mode: 0o600 })
  }
  return state
}

/** The row without which a vault asks the API nothing, because it knows of no sign-in: js/vault/shared-state.ts. */
function originWith(origin: string, name: string): OriginState {
  const value = { hint: 'signed-in', epoch: 1, mark: 0, slow: false }
  const store = { name: STORE, autoIncrement: false, records: [{ key: STORE, value }], indexes: [] }
  return {
    origin: new URL(origin).origin,
    localStorage: [],
    indexedDB: [{ name, version: 1, stores: [store] }],
  }
}

/**
 * Whether the next context may start with the cookies of this one: its vault has a session, and no exchange whose answer
 * may bring a newer cookie.
 */
export function isSettled({ origins }: SignedInState, origin: string, name: string): boolean {
  const databases = origins.find((each) => each.origin === new URL(origin).origin)?.indexedDB
  const stores = databases?.find((each) => each.name === name)?.stores
  const value = stores?.find((each) => each.name === STORE)?.records[0]?.value
  const { hint, mark } = (value ?? {}) as { hint?: unknown; mark?: unknown }
  return hint === 'signed-in' && mark === 0
}

function texts(credentials: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(credentials).map(([name, value]) => [name, String(value)]))
}
