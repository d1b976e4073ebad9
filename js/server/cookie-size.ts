/** What one cookie may hold: browsers take 4096 bytes with its name and attributes (RFC 6265 §6.1). */
export const CHUNK_SIZE = 3800
/** Servers take some 16 KB of headers in all. */
export const MAX_CHUNKS = 3
/** In characters. */
export const MAX_COOKIE = CHUNK_SIZE * MAX_CHUNKS
