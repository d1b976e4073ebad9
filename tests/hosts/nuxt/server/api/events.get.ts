/** What server/tokencell.ts has heard of. */
export default defineEventHandler(() => (globalThis as { events?: string[] }).events ?? [])
