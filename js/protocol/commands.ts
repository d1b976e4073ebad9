import type { PackedCredentials } from './packing.js'

/** The calls of a page that are not requests, with the type of their argument. */
export interface Commands {
  ready: undefined
  refresh: Readonly<Record<string, unknown>> | undefined
  reloadUser: undefined
  restore: undefined
  signIn: { credentials: PackedCredentials; by?: string | undefined }
  signOut: undefined
  stay: undefined
  /** The path of the endpoint. */
  ticket: string
}

export type Command = keyof Commands
