import { createFetch } from 'ofetch'
import { auth, type User } from './auth'

export interface Note {
  id: string
  text: string
  /** ISO 8601. */
  writtenAt: string
}

export interface Report {
  id: string
  title: string
}

const api = createFetch({ fetch: auth.fetch }).create({ baseURL: '/api/v1' })

export async function listNotes(signal: AbortSignal): Promise<Note[]> {
  const { notes } = await api<{ notes: Note[] }>('/notes', { signal })
  return notes
}

export async function addNote(text: string): Promise<Note> {
  const body = { text, writtenAt: new Date().toISOString() }
  const { note } = await api<{ note: Note }>('/notes', { method: 'POST', body })
  return note
}

export async function listReports(signal: AbortSignal): Promise<Report[]> {
  const { reports } = await api<{ reports: Report[] }>('/reports', { signal })
  return reports
}

export async function listUsers(signal: AbortSignal): Promise<User[]> {
  const { users } = await api<{ users: User[] }>('/admin/users', { signal })
  return users
}
