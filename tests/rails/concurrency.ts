import { ask, bearer, cookieOf, me, refresh, signIn, signOut, type signUp } from './raw.js'

type Person = Awaited<ReturnType<typeof signUp>>
type Admin = { forceLogout: (id: string) => Promise<void> }

/** A person with the session that a refresh is under way for. */
interface Scene {
  url: string
  admin: Admin
  person: Person
  session: Response
}

/** What happens at the same time as a refresh, and whether the session may be alive afterwards. */
interface Rival {
  /** Brings about what the rival needs; resolves to the cookie that is refreshed. */
  prepare?: (scene: Scene) => Promise<string>
  run: (scene: Scene) => Promise<Response[]>
  /** Cookies that must be good for nothing afterwards, or for one more refresh. */
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
    // The current cookie is the third; the first one is neither this nor the one before.
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
  /** Sessions that were alive and should not have been, and the other way round. */
  alive: number
  dead: number
  /** Answers of 500 and more. */
  errors: number
}

/** One try: a refresh and its rival at once, and then what is left of the session. */
export async function collide(scene: Scene, rival: Rival, tally: Tally) {
  const { url, session } = scene
  const cookie = (await rival.prepare?.(scene)) ?? cookieOf(session)
  const racing = Promise.all([1, 2, 3].map(() => refresh(url, cookie)))
  const [refreshed, others] = await Promise.all([racing, rival.run(scene)])
  const cookies = new Set([cookie, ...refreshed.map(cookieOf)].filter(Boolean))
  const bearers = [bearer(session), ...refreshed.map(bearer)].filter(Boolean)
  const after: Response[] = []
  // The last first: of the others, one that is out of its grace would end the session.
  for (const each of [...cookies].reverse()) after.push(await refresh(url, each))
  const reads = await Promise.all(bearers.map((each) => me(url, each)))
  const isAlive = after[0]?.status === 200
  if (rival.isAlive && !isAlive) tally.dead++
  if (!rival.isAlive && [...after, ...reads].some(({ status }) => status === 200)) tally.alive++
  tally.errors += [...refreshed, ...others, ...after, ...reads].filter(({ status }) => status >= 500).length
}

/** A password that changes while somebody signs in with the old one: either the sign-in is refused, or its session ends. */
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
