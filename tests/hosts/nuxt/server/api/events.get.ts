/** The events that server/tokencell.ts has recorded. */
export default defineEventHandler(() => (globalThis as unknown as { events?: string[] }).events ?? [])
