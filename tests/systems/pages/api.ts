import axios, { isAxiosError } from 'axios'
import { auth } from './auth.js'
import { front } from './front.js'

const api = axios.create({
  baseURL: __API__,
  adapter: 'fetch',
  env: { fetch: auth.fetch },
  headers: { 'User-Agent': false },
  // With `false`, axios would omit the cookies of the same origin, too.
  ...(front.withCredentials ? { withCredentials: true } : {}),
})

/** Sends this many requests at once. Resolves with the statuses, `error` without one. */
export const ask = (count: number) => statuses(Array.from({ length: count }, () => api.get(front.me)))

export const write = () => statuses([api.post(front.notes ?? front.me, { text: 'note' })])

export async function listUsers(): Promise<string[]> {
  const { data } = await api.get(front.admin)
  const rows: { email: string }[] = data.users ?? data.data
  return rows.map(({ email }) => email)
}

export interface ListedSession {
  id: string
  current: boolean
}

export async function listSessions(): Promise<ListedSession[]> {
  return (await api.get(`${front.sessions}`)).data.sessions
}

export const endSession = (id: string) => api.delete(`${front.sessions}/${id}`)

async function statuses(requests: Promise<{ status: number }>[]) {
  const found = requests.map((request) =>
    request.then(
      ({ status }) => status,
      (error: unknown) => (isAxiosError(error) ? error.response?.status : undefined) ?? 'error',
    ),
  )
  return (await Promise.all(found)).join(' ')
}
