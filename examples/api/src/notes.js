import { seedNotes } from './seeds.js'

/** @typedef {{ id: string } & Record<string, unknown>} Note */

/** The notes of each user. At the start and after a reset, each seeded account has a few. */
export function createNotes() {
  /** @type {Map<string, Note[]>} by user id */
  const notes = new Map()
  let created = 0

  /** @param {string} userId @param {Record<string, unknown>} content @returns {Note} */
  function add(userId, content) {
    const list = notes.get(userId) ?? []
    // The id of a deleted note must not be used again.
    const note = { ...content, id: String(++created) }
    notes.set(userId, [...list, note])
    return note
  }

  function reset() {
    notes.clear()
    created = 0
    for (const { userId, content } of seedNotes(Date.now())) add(userId, content)
  }
  reset()

  return {
    /** @param {string} userId */
    list: (userId) => notes.get(userId) ?? [],

    add,

    /** @param {string} userId @param {string} id @returns {boolean} whether there was one */
    remove(userId, id) {
      const list = notes.get(userId) ?? []
      const rest = list.filter((note) => note.id !== id)
      notes.set(userId, rest)
      return rest.length < list.length
    },

    reset,
  }
}
