import type { IncomingMessage, ServerResponse } from 'node:http'
import { memory } from '../../../js/server/memory.js'
import { serve } from './browser.js'

type Exchange = (answer: () => void, response: ServerResponse) => void | Promise<void>

/**
 * An API that accepts each refresh token once. `asked` lists the requests. `onRefresh` controls the response to a refresh,
 * after the token has been rotated.
 */
export async function startStrictApi({ padding = '' }: { padding?: string } = {}) {
  const state = {
    asked: [] as string[],
    /** The valid refresh token. Rotated tokens are refused. */
    refresh: 'none',
    access: new Set<string>(),
    grants: 0,
    padding,
    /** How many refreshes are refused although the token is valid. */
    refusals: 0,
    /** How many refreshes were refused. */
    refused: 0,
    signOutStatus: 204,
    signOutBody: '',
    /** What `/me` answers, and what a sign-in and a refresh bring as the user. */
    user: undefined as object | undefined,
    refreshedUser: undefined as object | undefined,
    onRefresh: ((answer) => answer()) as Exchange,
  }

  function grant(response: ServerResponse, user: unknown) {
    state.grants += 1
    const access = `access-${state.grants}${state.padding}`
    state.access.add(access)
    state.refresh = `refresh-${state.grants}`
    const body = { access_token: access, refresh_token: state.refresh, expires_in: 3600, user }
    return () => void response.end(JSON.stringify(body))
  }

  async function listener(request: IncomingMessage, response: ServerResponse) {
    const text = (await request.setEncoding('utf8').toArray()).join('')
    const { url = '', method } = request
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    state.asked.push(`${method} ${url} ${token.slice(0, 'access-12'.length)}`.trim())
    if (url === '/login') return grant(response, state.user ?? { name: JSON.parse(text).email })()
    if (url === '/logout') {
      if (state.signOutStatus < 300) state.access.delete(token)
      return void response.writeHead(state.signOutStatus).end(state.signOutBody)
    }
    if (url === '/refresh') {
      if (state.refusals > 0 || JSON.parse(text).refresh_token !== state.refresh) {
        state.refusals -= 1
        state.refused += 1
        return void response.writeHead(401).end()
      }
      return state.onRefresh(grant(response, state.refreshedUser), response)
    }
    if (url === '/me' && state.access.has(token)) return void response.end(JSON.stringify(state.user))
    response.writeHead(state.access.has(token) ? 200 : 401).end(token.slice(0, 'access-12'.length))
  }

  const { close, ...api } = await serve((request, response) => void listener(request, response))
  const options = {
    ...api.options,
    refresh: '/refresh',
    signOut: '/logout',
    refreshToken: 'body' as const,
  }
  return {
    ...api,
    options,
    close,
    state,
    count: (what: string) => state.asked.filter((one) => one.startsWith(what)).length,
  }
}

/** The times after which a token of this API is due and has expired, and some minutes, in milliseconds. */
export const DUE = 2_800_000
export const EXPIRED = 3_700_000
export const MINUTES = 600_000

const MEMORY = Symbol.for('tokencell.server.4')

/** Simulates several processes of one application, one at a time. Each has its own memory. */
export function createProcesses() {
  const memories: unknown[] = []
  const holder = globalThis as { [MEMORY]?: unknown }
  return {
    /** All code runs in this process from now on. */
    enter(at: number) {
      holder[MEMORY] = memories[at]
      memories[at] = memory()
    },
  }
}
