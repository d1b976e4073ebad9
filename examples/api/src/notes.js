/** @typedef {{ id: string } & Record<string, unknown>} Note */

/** Every user's own notes. */
export function createNotes() {
  /** @type {Map<string, Note[]>} by user id */
  const notes = new Map()

  return {
    /** @param {string} userId */
    list: (userId) => notes.get(userId) ?? [],

    /** @param {string} userId @param {Record<string, unknown>} content @returns {Note} */
    add(userId, content) {
      const list = notes.get(userId) ?? []
      const note = { ...content, id: String(list.length + 1) }
      notes.set(userId, [...list, note])
      return note
    },

    reset: () => notes.clear(),
  }
}
