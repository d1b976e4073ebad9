/** What server/tokencell.ts has heard of. */
export default defineEventHandler(() => (globalThis as unknown as { events?: string[] }).events ?? [])
