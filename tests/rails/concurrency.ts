import { ask, bearer, cookieOf, me, refresh, signIn, signOut, type signUp } from './raw.js'

type Person = Awaited<ReturnType<typeof signUp>>
type Admin = { forceLogout: (id: string) => Promise<void> }

/** A user with the session that is being refreshed. */
interface Scene {
  url: string
  admin: Admin
  person: Person
  session: Response
}

/** An operation at the same time as a refresh, with the expected state of the session afterwards. */
interface Rival {
  /** Prepares the session. Resolves with the cookie that is refreshed. */
  prepare?: (scene: Scene) => Promise<string>
  run: (scene: Scene) => Promise<Response[]>
  /** Whether the newest cookie must work for one more refresh. Otherwise no cookie or token may work. */
  isAlive: boolean
}

const json = { 'content-type': 'application/json' }

export const rivals: Record<string, Rival> = {
  'another refresh': {
    run: async ({ url, session }) => [await refresh(url, cookieOf(session))],
    isAlive: true,
  },
  'a sign-out': {
    run: async ({ url, session }) => [await signOut(url, { authorization: bearer(session) })],
    isAlive: false,
  },
  'an administrator who ends the sessions': {
    run: async ({ admin, person }) => {
      await admin.forceLogout(person.id)
      return []
    },
    isAlive: false,
  },
  'a token that was used before': {
    // The current cookie is the third. The first one is older than the current and the previous cookie.
    prepare: async ({ url, session }) =>
      cookieOf(await refresh(url, cookieOf(await refresh(url, cookieOf(session))))),
    run: async ({ url, session }) => [await refresh(url, cookieOf(session))],
    isAlive: false,
  },
  'a change of the password elsewhere': {
    run: async ({ url, person }) => {
      const elsewhere = await signIn(url, person)
      const body = JSON.stringify({ current_password: person.password, password: 'another password' })
      const headers = { ...json, authorization: bearer(elsewhere) }
      return [elsewhere, await ask(url, '/password', { method: 'PATCH', headers, body })]
    },
    isAlive: false,
  },
  'a sign-in over the session': {
    run: async ({ url, person, session }) => [await signIn(url, person, { cookie: cookieOf(session) })],
    isAlive: false,
  },
}

export interface Tally {
  /** Sessions that are alive but should have ended, and in `dead` sessions that have ended but should be alive. */
  alive: number
  dead: number
  /** Responses with a status of 500 or more. */
  errors: number
}

/** One try: refreshes and the rival operation at the same time, then a check of the session. */
export async function collide(scene: Scene, rival: Rival, tally: Tally) {
  const { url, session } = scene
  const cookie = (await rival.prepare?.(scene)) ?? cookieOf(session)
  const racing = Promise.all([1, 2, 3].map(() => refresh(url, cookie)))
  const [refreshed, others] = await Promise.all([racing, rival.run(scene)])
  const cookies = new Set([cookie, ...refreshed.map(cookieOf)].filter(Boolean))
  const bearers = [bearer(session), ...refreshed.map(bearer)].filter(Boolean)
  const after: Response[] = []
  // The newest cookie first, because an older one whose grace period is over ends the session.
  for (const each of [...cookies].reverse()) after.push(await refresh(url, each))
  const reads = await Promise.all(bearers.map((each) => me(url, each)))
  const isAlive = after[0]?.status === 200
  if (rival.isAlive && !isAlive) tally.dead++
  if (!rival.isAlive && [...after, ...reads].some(({ status }) => status === 200)) tally.alive++
  tally.errors += [...refreshed, ...others, ...after, ...reads].filter(({ status }) => status >= 500).length
}

/** Changes the password during sign-ins with the old one: each sign-in must be refused, or its session must end. */
export async function collideWithSignIn({ url, person, session }: Scene, tally: Tally) {
  const body = JSON.stringify({ current_password: person.password, password: 'another password' })
  const headers = { ...json, authorization: bearer(session) }
  const [changed, ...signedIn] = await Promise.all([
    ask(url, '/password', { method: 'PATCH', headers, body }),
    ...[1, 2, 3].map(() => signIn(url, person)),
  ])
  const after = await Promise.all(signedIn.filter(({ ok }) => ok).map((each) => refresh(url, cookieOf(each))))
  const own = await refresh(url, cookieOf(session))
  if (after.some(({ ok }) => ok)) tally.alive++
  if (changed?.status !== 204 || !own.ok) tally.dead++
  tally.errors += [changed, ...signedIn, ...after, own].filter((each) => (each?.status ?? 0) >= 500).length
}
