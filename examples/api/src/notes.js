/** @typedef {{ id: string } & Record<string, unknown>} Note */

/** The notes of each user. */
export function createNotes() {
  /** @type {Map<string, Note[]>} by user id */
  const notes = new Map()
  let created = 0

  return {
    /** @param {string} userId */
    list: (userId) => notes.get(userId) ?? [],

    /** @param {string} userId @param {Record<string, unknown>} content @returns {Note} */
    add(userId, content) {
      const list = notes.get(userId) ?? []
      // The id of a deleted note must not be used again.
      const note = { ...content, id: String(++created) }
      notes.set(userId, [...list, note])
      return note
    },

    /** @param {string} userId @param {string} id @returns {boolean} whether there was one */
    remove(userId, id) {
      const list = notes.get(userId) ?? []
      const rest = list.filter((note) => note.id !== id)
      notes.set(userId, rest)
      return rest.length < list.length
    },

    reset() {
      notes.clear()
      created = 0
    },
  }
}
