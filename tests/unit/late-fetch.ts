/**
 * The package keeps the `fetch` that it finds when it is loaded. Imported before it, this has it find one that calls what
 * the test has put in place of the global one since.
 */
export const nativeFetch = globalThis.fetch

const late: typeof fetch = (...call) => (globalThis.fetch === late ? nativeFetch : globalThis.fetch)(...call)

globalThis.fetch = late
