import { seedAccounts, seedNotes } from '../../examples/api/src/seeds.js'

/**
 * What the API remembers. A browser ends an idle service worker after half a minute, so the state is stored.
 *
 * @typedef {object} State
 * @property {string} secret      signs the access tokens; a new one makes all tokens invalid
 * @property {number} accessTtl   in seconds
 * @property {User[]} users
 * @property {Record<string, object[]>} notes  by the id of the user
 * @property {number} lastNote
 * @property {Record<string, { userId: string, refreshToken: string }>} sessions  that have not ended, by id
 * @property {string | null} cookie  the refresh token of this browser. Of a real API, it is in an HttpOnly cookie
 * @property {{ route: string, status: number, times: number }[]} faults
 * @property {number} offlineUntil   in milliseconds since the epoch
 * @typedef {{ id: string, email: string, name: string, roles: string[], password: string }} User
 */

const URL_OF_STATE = '/demo/state.json'

/** @returns {State} */
function initial() {
  const users = seedAccounts.map((account, at) => ({ ...account, id: String(at + 1) }))
  const notes = Object.fromEntries(users.map(({ id }) => [id, []]))
  const seeds = seedNotes(Date.now())
  for (const [at, { userId, content }] of seeds.entries())
    notes[userId].push({ ...content, id: String(at + 1) })
  return {
    secret: crypto.randomUUID(),
    accessTtl: 900,
    users,
    notes,
    lastNote: seeds.length,
    sessions: {},
    cookie: null,
    faults: [],
    offlineUntil: 0,
  }
}

async function load() {
  const stored = await (await caches.open('demo')).match(URL_OF_STATE)
  // An older version may have stored fewer fields.
  return { ...initial(), ...(stored && (await stored.json())) }
}

/** @type {Promise<State> | undefined} */
let loading

export const readState = () => {
  loading ??= load()
  return loading
}

let lastSave = Promise.resolve()

/** Resolves when the state is stored. Saves one after another, so that the last one wins. @param {State} state */
export function save(state) {
  lastSave = lastSave.then(async () => {
    const cache = await caches.open('demo')
    await cache.put(URL_OF_STATE, Response.json(state))
  })
  return lastSave
}
