const KEY = Symbol.for('tokencell.fetch')
const realm = globalThis as { [KEY]?: typeof fetch; fetch: typeof fetch }

/**
 * The browser's own `fetch`, as it was when the first script of this package ran in this realm.
 *
 * Applications may assign `globalThis.fetch = auth.fetch`. At the time of a call, or even when a vault in the page loads,
 * the global `fetch` may therefore be ours. So the original is stored under a symbol, where all scripts of this package
 * find it. If an instrumentation or a test replaces `fetch` before the first of these scripts runs, the replacement is
 * used; a later replacement is not. On servers no request is sent with it.
 */
export const platformFetch = realm[KEY] ?? realm.fetch

if (!realm[KEY]) Object.defineProperty(realm, KEY, { value: platformFetch })
