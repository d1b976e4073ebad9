/** Page and vault send requests to the API directly, so the API must allow the origin of the page. */
export const api = process.env.NEXT_PUBLIC_API_URL ?? 'http://localhost:8787'
