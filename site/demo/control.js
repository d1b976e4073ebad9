// The part of the control port of examples/api that the buttons of the session panel use, and a network that fails.

/** @param {Request} request @param {import('./state.js').State} state */
export async function control(request, state) {
  const name = new URL(request.url).pathname.replace('/control/', '')
  if (name === 'state') {
    const { offlineUntil, sessions } = state
    return Response.json({ offlineUntil, sessions: Object.keys(sessions).length })
  }
  if (request.method !== 'POST' || !Object.hasOwn(orders, name)) return new Response(null, { status: 404 })
  const text = await request.text()
  orders[name](state, text ? JSON.parse(text) : {})
  return new Response(null, { status: 204 })
}

const orders = {
  expire(state) {
    state.secret = crypto.randomUUID()
  },
  faults(state, { route, status, times }) {
    state.faults.push({ route, status, times })
  },
  settings(state, { accessTtl }) {
    state.accessTtl = accessTtl
  },
  revoke(state, { email }) {
    const { id } = userWith(state, email)
    for (const [sid, { userId }] of Object.entries(state.sessions))
      if (userId === id) delete state.sessions[sid]
  },
  roles(state, { email, roles }) {
    userWith(state, email).roles = roles
  },
  offline(state, { seconds }) {
    state.offlineUntil = Date.now() + seconds * 1000
  },
}

const userWith = (state, email) => state.users.find((user) => user.email === email)
