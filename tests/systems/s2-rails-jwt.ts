import { listen } from './host.js'
import { createRailsSessions, metaTags, rateLimit } from './rails-session.js'
import { type Answer, type Asked, handle, type Routes } from './routes.js'
import { createTokens, opaque } from './tokens.js'
import { createUsers, type Role, type User } from './users.js'

interface Options {
  pages?: string
  /** Of an access token. In seconds. */
  lifetime?: number
  /** After how many seconds without a request a session by cookie ends. */
  idle?: number
}

const shown = ({ id, email, name, role }: User) => ({ id, email, name, role })
const unauthorized = { status: 401, body: { error: 'Unauthorized' } }

const form = (csrf: string) => `<form action="/session" method="post">
<input type="hidden" name="authenticity_token" value="${csrf}">
<input type="email" name="email" aria-label="E-mail"><input type="password" name="password" aria-label="Password">
<button>Sign in</button></form>`
const page = (body: string) =>
  `<!doctype html><html><head><title>S2</title></head><body>${body}</body></html>`

/** S2: Rails with tokens of its own, and the same API by session cookie. */
export async function startS2({ pages, lifetime = 900, idle = 1800 }: Options = {}) {
  const users = createUsers()
  const tokens = createTokens({ lifetime })
  const refreshTokens = new Map<string, number>()
  const sessions = createRailsSessions({ idle })
  const { protect, withCsrf } = sessions
  const limited = rateLimit({ to: 10, within: 180_000 })

  /** The layout of the application, with `csrf_meta_tags`. */
  const render = (html: string, asked: Asked) =>
    withCsrf(asked, (csrf) => ({ body: html.replace('<head>', `<head>\n${metaTags(csrf)}`) }))

  /** By bearer token; only without one, by session. */
  async function current(asked: Asked) {
    if (!asked.header('authorization')) return users.byId(sessions.userOf(asked))
    return users.byId((await tokens.read(asked.header('authorization')))?.sub)
  }

  const withUser = (run: (user: User) => Answer) => async (asked: Asked) => {
    const user = await current(asked)
    if (user) return run(user)
    return asked.wantsPage ? { status: 302, headers: { location: '/login' } } : unauthorized
  }
  const write = (run: (user: User) => Answer) => (asked: Asked) =>
    asked.header('authorization') ? withUser(run)(asked) : protect(withUser(run))(asked)

  async function pair({ id, role }: User) {
    const refresh_token = opaque()
    refreshTokens.set(refresh_token, id)
    return { access_token: await tokens.sign({ sub: String(id), role }), refresh_token }
  }
  const grant = async (user: User, status = 200) => ({
    status,
    body: { ...(await pair(user)), user: shown(user) },
  })

  function enter(asked: Asked, user: User, status = 200): Answer {
    const { csrf, headers } = sessions.enter(asked, user.id)
    if (asked.wantsPage) return { status: 302, headers: { ...headers, location: '/' } }
    return { status, headers, body: { user: shown(user), csrf_token: csrf } }
  }

  const invalid = { status: 422, body: { errors: ['Email or password is invalid'] } }
  const routes: Routes = {
    'POST /signup': ({ body }) => {
      const user = users.add(body)
      return user ? grant(user, 201) : invalid
    },
    'POST /login': limited(({ body }) => {
      const user = users.authenticate(body)
      return user ? grant(user) : unauthorized
    }),
    'POST /refresh': async ({ body }) => {
      const userId = refreshTokens.get(String(body.refresh_token))
      if (!userId) return unauthorized
      refreshTokens.delete(String(body.refresh_token))
      const user = users.byId(userId)
      return user ? { body: await pair(user) } : { status: 404, body: { error: 'Not Found' } }
    },
    'POST /logout': ({ body }) => {
      refreshTokens.delete(String(body.refresh_token))
      return { status: 204 }
    },
    'GET /login': (asked) =>
      withCsrf(asked, (csrf) => ({ body: page(form(csrf)).replace('<head>', `<head>${metaTags(csrf)}`) })),
    'GET /csrf': (asked) => withCsrf(asked, (csrf) => ({ body: { csrf_token: csrf } })),
    'POST /registration': protect((asked) => {
      const user = users.add(asked.body)
      return user ? enter(asked, user, 201) : invalid
    }),
    'POST /session': limited(
      protect((asked) => {
        const user = users.authenticate(asked.body)
        if (user) return enter(asked, user)
        return asked.wantsPage ? { status: 422, body: page('Wrong e-mail or password') } : unauthorized
      }),
    ),
    'DELETE /session': protect((asked) => {
      sessions.drop(asked)
      return { status: 204 }
    }),
    'GET /account': withUser(({ name }) => ({ body: page(`<h1>${name}</h1>`) })),
    'GET /me': withUser((user) => ({ body: { user: shown(user) } })),
    'POST /notes': write(() => ({ status: 201, body: {} })),
    'GET /admin/users': withUser(({ role }) =>
      role === 'admin'
        ? { body: { users: users.all().map(shown) } }
        : { status: 403, body: { error: 'Forbidden' } },
    ),
    ...(pages ? {} : { 'GET /': (asked: Asked) => render(page('<h1>S2</h1>'), asked) }),
  }

  return {
    ...(await listen(handle(routes, { pages, render }))),
    setRole: (email: string, role: Role) => void Object.assign(users.named(email), { role }),
    /** Ends all sessions of the user. An access token stays valid until it expires. */
    forceLogout(email: string) {
      const { id } = users.named(email)
      for (const [token, userId] of refreshTokens) if (userId === id) refreshTokens.delete(token)
      sessions.end(id)
    },
    removeUser: (email: string) => void users.remove(users.named(email)),
    rotateSecret: tokens.rotateSecret,
  }
}
