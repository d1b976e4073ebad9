import type {
  Cookie,
  Fixtures,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from '@playwright/test'
import { isSettled, type SignedInState, type SignInByApiOptions, signInByApi } from './sign-in.js'

export { type SignedInState, type SignInByApiOptions, signInByApi } from './sign-in.js'

/** How each worker of Playwright signs in. */
export interface AuthenticatedOptions extends Omit<SignInByApiOptions, 'credentials' | 'origin' | 'path'> {
  /**
   * The body of the sign-in request. A function gives each worker its own user, for an API that allows a user one session
   * only.
   */
  credentials:
    | SignInByApiOptions['credentials']
    | ((worker: { parallelIndex: number }) => SignInByApiOptions['credentials'])
  /**
   * The origin of the pages.
   * @default the origin of `baseURL`
   */
  origin?: string
}

/** The session of a worker of Playwright, which its tests use one after the other. */
export interface WorkerSession {
  /** The state with which the next test starts, or `null` if that test signs in first. */
  readonly state: SignedInState | null
  /** Makes the next test sign in first, for example after the API has ended the session. */
  forget(): void
}

export interface AuthenticatedFixtures {
  workerSession: WorkerSession
}

type TestArgs = PlaywrightTestArgs & PlaywrightTestOptions
type WorkerArgs = PlaywrightWorkerArgs & PlaywrightWorkerOptions

/**
 * Fixtures with which every test starts signed in. Each worker signs in once by the API.
 *
 * A refresh replaces the cookie of many APIs, and a spent cookie ends the session. Therefore the next test starts with the
 * cookies that the last test has left. If a test has signed out, if its session has ended, or if a refresh was unanswered
 * at its end, the next test signs in first.
 *
 * `test.use({ storageState: { cookies: [], origins: [] } })` starts signed out.
 *
 * @example
 * export const test = base.extend(authenticated({ url: '/api/v1/login', credentials: { email, password } }))
 */
export function authenticated(
  options: AuthenticatedOptions,
): Fixtures<object, AuthenticatedFixtures, TestArgs, WorkerArgs> {
  const { credentials, name = 'tokencell' } = options
  return {
    workerSession: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
      async ({}, use) => {
        const session: { state: SignedInState | null; forget(): void } = {
          state: null,
          forget() {
            session.state = null
          },
        }
        await use(session)
      },
      { scope: 'worker' },
    ],
    storageState: async (
      { playwright, baseURL, ignoreHTTPSErrors, workerSession },
      use,
      { parallelIndex },
    ) => {
      const session: { state: SignedInState | null } = workerSession
      session.state ??= await signInOnce()
      await use(session.state)

      async function signInOnce() {
        const origin = originOf(options, baseURL)
        const body = typeof credentials === 'function' ? credentials({ parallelIndex }) : credentials
        const request = await playwright.request.newContext({
          ...(baseURL ? { baseURL } : {}),
          ignoreHTTPSErrors,
        })
        return signInByApi(request, { ...options, credentials: body, origin }).finally(() =>
          request.dispose(),
        )
      }
    },
    context: async ({ context, storageState, baseURL, workerSession }, use) => {
      await use(context)
      const session: { state: SignedInState | null } = workerSession
      const { state } = session
      if (!state || storageState !== state) return
      const left = (await context
        .storageState({ indexedDB: name !== false })
        .catch(() => null)) as SignedInState | null
      const isUsable = left && (name === false || isSettled(left, originOf(options, baseURL), name))
      const cookies = isUsable ? sameCookies(state.cookies, left.cookies) : null
      session.state = cookies && { ...state, cookies }
    },
  }
}

function originOf({ origin }: AuthenticatedOptions, baseURL: string | undefined): string {
  const url = origin ?? baseURL
  if (!url)
    throw new Error('authenticated() needs the option `origin`, or `use: { baseURL }` in the configuration.')
  return new URL(url).origin
}

/** These cookies with their newest values, or `null` if one is gone. Other cookies of a test do not reach the next test. */
function sameCookies(cookies: Cookie[], newest: Cookie[]): Cookie[] | null {
  const idOf = ({ name, domain, path }: Cookie) => JSON.stringify([name, domain, path])
  const ids = new Set(cookies.map(idOf))
  const same = newest.filter((cookie) => ids.has(idOf(cookie)))
  return same.length === ids.size ? same : null
}
