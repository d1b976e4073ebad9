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

/** An answer other than the one that was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(readonly status: number) {
    super(`The API answered ${status}`)
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await auth.fetch(`/api/v1${path}`, init)
  if (!response.ok) throw new ApiError(response.status)
  return response.json()
}

export async function listNotes(signal: AbortSignal): Promise<Note[]> {
  const { notes } = await ask<{ notes: Note[] }>('/notes', { signal })
  return notes
}

export async function addNote(text: string): Promise<Note> {
  const { note } = await ask<{ note: Note }>('/notes', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ text, writtenAt: new Date().toISOString() }),
  })
  return note
}

export async function listReports(signal: AbortSignal): Promise<Report[]> {
  const { reports } = await ask<{ reports: Report[] }>('/reports', { signal })
  return reports
}

export async function listUsers(signal: AbortSignal): Promise<User[]> {
  const { users } = await ask<{ users: User[] }>('/admin/users', { signal })
  return users
}
