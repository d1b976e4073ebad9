/**
 * The package keeps the `fetch` that it finds when it is loaded. Import this module first. The package then keeps a
 * function that calls the current global `fetch`, which a test may have replaced.
 */
export const nativeFetch = globalThis.fetch

const late: typeof fetch = (...call) => (globalThis.fetch === late ? nativeFetch : globalThis.fetch)(...call)

globalThis.fetch = late
