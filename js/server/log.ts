import { environment } from './environment.js'
import { type ServerErrorCode, serverError, situationError } from './errors.js'
import type { Failure, ServerEvent } from './events.js'

/** The same problem is logged at most once in this time. In milliseconds. */
const PAUSE = 60_000
/** The maximum number of problems to remember. There are fewer kinds of problems than this. */
const MAX_KINDS = 200

const SUBJECTS: Partial<Record<ServerEvent['type'], string>> = {
  'cookie-unreadable':
    'A session cookie was sealed with another secret. Applications on one host, such as localhost with two ports, share their ' +
    'cookies: set a different `cookie.name` in each of them',
  'refresh-failed': 'A token could not be refreshed',
  'request-failed': 'A request of a page, or its response, could not be passed on',
  'several-instances':
    'Several instances of this server run without a `store`. If two of them refresh the same session, an API with rotating ' +
    'refresh tokens takes this for theft: give all instances the same `store`, such as Redis',
  'sign-in-failed': 'A sign-in has failed',
  'sign-out-failed': 'The API has not confirmed a sign-out',
  'store-failed': 'The store does not respond',
  'user-too-large': 'A user does not fit into the session cookie, and was left out of the session',
}

/**
 * Writes a line about a problem with the API, the store or the configuration: the problem, the reason and the fix. A line
 * contains only codes and texts of this library, because the message of an error may contain a secret. Repetitions within
 * a minute are counted.
 */
export function createLog(api: string, write: (line: string) => void) {
  const written = new Map<string, { at: number; more: number }>()

  return (event: ServerEvent) => {
    const what = SUBJECTS[event.type]
    const { code, status, error } = event as Partial<Failure>
    // A refusal is not a problem. A cookie that cannot be read is logged in development only, because any client can send
    // one.
    const isOfDevelopment = event.type === 'cookie-unreadable'
    if (!what || code === null || (isOfDevelopment && isProduction())) return
    const details = [
      code,
      code && `API ${api}`,
      status && `status ${status}`,
      error && [error.name, error.code].filter(Boolean).join(' '),
    ].filter(Boolean)
    const key = `${event.type} ${code}`
    const last = written.get(key)
    if (last && Date.now() - last.at < PAUSE) {
      last.more += 1
      return
    }
    const count = last?.more ? ` This happened ${last.more} more times since the last line.` : ''
    if (written.size >= MAX_KINDS) written.clear()
    written.set(key, { at: Date.now(), more: 0 })
    const why = code ? ` ${reasonFor(event.type, code).message}` : ''
    const inBrackets = details.length > 0 ? ` (${details.join(', ')})` : ''
    write(`tokencell: ${what}${inBrackets}.${why}${count}`)
  }
}

/** A sign-out has no setting for statuses, so the advice for a refresh would be wrong. */
const reasonFor = (type: ServerEvent['type'], code: ServerErrorCode) =>
  type === 'sign-out-failed' && code === 'status-unexpected'
    ? situationError(code, 'signOut')
    : serverError(code)

const isProduction = () => environment().NODE_ENV === 'production'
