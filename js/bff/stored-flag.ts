/**
 * A text in `localStorage`, which remains after the page has closed. If storage is blocked, only this page has the text.
 */
export function createStoredFlag(key: string) {
  let here: string | null = null
  return {
    read(): string | null {
      try {
        return localStorage.getItem(key) ?? here
      } catch {
        return here
      }
    },
    write(text: string | null) {
      here = null
      try {
        if (text === null) localStorage.removeItem(key)
        else localStorage.setItem(key, text)
      } catch {
        here = text
      }
    },
  }
}
