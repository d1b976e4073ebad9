/** Pages and vault ask the API themselves, so it has to allow this origin. */
export const api = process.env.NEXT_PUBLIC_API_URL ?? 'http://localhost:8787'
