/**
 * The maximum length of the value of one cookie. Browsers accept 4096 bytes, including name and attributes (RFC 6265
 * §6.1).
 */
export const CHUNK_SIZE = 3800
/** Servers accept about 16 KB for all headers. */
export const MAX_CHUNKS = 3
/** The maximum length of all chunks together, in characters. */
export const MAX_COOKIE = CHUNK_SIZE * MAX_CHUNKS
