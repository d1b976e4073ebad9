import { readFileSync } from 'node:fs'
import type { VaultOptions } from '../../js/common/vault-options.js'

/** What a token response means. */
export type Meaning =
  | {
      /** The token, as it is sent with the next request. */
      access: string
      /** The refresh token, if the options say that the body has one. */
      refresh?: string
      /** In seconds; `null` if the lifetime is unknown. */
      lifetime: number | null
      /** The user that pages see. */
      user: unknown
      /** The body that `signIn` resolves with; missing if there is none. */
      page?: unknown
    }
  /** The body that a pending `signIn` resolves with; `null` if there is none. */
  | { pending: unknown }
  | { error: string; option?: string }

/** A response to a sign-in, and what the vault, the server and doctor must make of it. */
export interface Case {
  name: string
  options: Partial<Pick<VaultOptions, 'fields' | 'refreshToken' | 'scheme'>>
  headers: Record<string, string>
  text: string
  means: Meaning
}

const file = new URL('token-responses.json', import.meta.url)

/** In the file, `{ repeat, times }` stands for a long text. */
const expand = (_: string, value: unknown) =>
  typeof value === 'object' && value !== null && 'repeat' in value && 'times' in value
    ? String(value.repeat).repeat(Number(value.times))
    : value

export const cases: Case[] = JSON.parse(readFileSync(file, 'utf8'), expand).map(
  ({
    name,
    options = {},
    headers = {},
    body,
    text = JSON.stringify(body),
    means,
  }: Case & { body: unknown }) => ({
    name,
    options,
    headers,
    text,
    means,
  }),
)
