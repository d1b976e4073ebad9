const KEY = Symbol.for('tokencell.fetch')
const realm = globalThis as { [KEY]?: typeof fetch; fetch: typeof fetch }

/**
 * The browser's own `fetch`, as it was when the first script of this package ran in this realm.
 *
 * Applications assign `globalThis.fetch = auth.fetch`, so the global one may be ours by the time of a call, and even when
 * a vault in the page loads: that is why it is kept where all our scripts find it. What is put in place of `fetch` before
 * the first of them, by an instrumentation or a test, is used; what comes later is not. On servers nothing is sent with it.
 */
export const platformFetch = realm[KEY] ?? realm.fetch

if (!realm[KEY]) Object.defineProperty(realm, KEY, { value: platformFetch })
