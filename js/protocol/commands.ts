import type { PackedCredentials } from './packing.js'

/** The calls of a page that are not requests, with the type of their argument. */
export interface Commands {
  ready: undefined
  refresh: Readonly<Record<string, unknown>> | undefined
  'reload-user': undefined
  restore: undefined
  'sign-in': { credentials: PackedCredentials; by: string | undefined }
  'sign-out': undefined
  stay: undefined
  /** The path of the endpoint. */
  ticket: string
}

export type Command = keyof Commands
