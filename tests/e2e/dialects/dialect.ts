import { randomBytes } from 'node:crypto'
import { ADA } from '../fixtures.js'

export const USER = { id: 1, name: 'Ada', email: ADA.email }

export interface Asked {
  body: Record<string, unknown>
  header(name: string): string | undefined
  cookie(name: string): string | undefined
}

export interface Answer {
  status?: number
  headers?: Record<string, string | string[]>
  body?: unknown
}

/** A server with one account that implements the API of one of the presets. */
export interface Dialect {
  routes: Record<string, (asked: Asked) => Answer | Promise<Answer>>
  /** The credentials in the shape that this backend expects. */
  credentials: object
  /** Values that page scripts must never see. */
  secrets: string[]
  /** Whether the server still knows a session. */
  isOpen(): boolean
  /** Makes the server refuse the current access token. */
  expire(): void
  /** The number of refreshes so far. Not set for a backend without a refresh. */
  refreshes?: () => number
  /** Whether the session is in a cookie, which outlives the vault. */
  survivesReload: boolean
  /** Whether the backend has a sign-out endpoint. */
  hasSignOut: boolean
}

export const secret = (dialect: Pick<Dialect, 'secrets'>) => {
  const text = randomBytes(24).toString('base64')
  dialect.secrets.push(text)
  return text
}

export const jwt = (dialect: Pick<Dialect, 'secrets'>) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const token = `${part({ alg: 'HS256' })}.${part({ sub: '1', iat, exp: iat + 900 })}.${randomBytes(24).toString('base64url')}`
  dialect.secrets.push(token)
  return token
}

export const isAda = (given: unknown) => {
  const { email, password } = (given ?? {}) as Partial<typeof ADA>
  return email === ADA.email && password === ADA.password
}

export const NO = { status: 401, body: { error: 'unauthorized' } }

/** The protected resources. */
export const resources = (
  isAllowed: (asked: Asked) => boolean,
  headers: () => NonNullable<Answer['headers']> = () => ({}),
) => ({
  'GET /me': (asked: Asked) => (isAllowed(asked) ? { headers: headers(), body: { user: USER } } : NO),
  'POST /notes': (asked: Asked) => (isAllowed(asked) ? { status: 201, headers: headers(), body: {} } : NO),
})

/** A backend with one valid access token at a time, sent as a bearer token. */
export function bearer() {
  const state = { access: undefined as string | undefined, refreshes: 0 }
  const dialect = {
    secrets: [] as string[],
    isOpen: () => state.access !== undefined,
    expire: () => {
      state.access = jwt(dialect)
    },
    survivesReload: false,
    hasSignOut: true,
  }
  const holds = ({ header }: Asked) =>
    state.access !== undefined && header('authorization') === `Bearer ${state.access}`
  return { state, dialect, holds }
}
