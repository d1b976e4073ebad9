/** The statuses with which servers refuse a missing or old CSRF token: most, Laravel, Rails. */
const REFUSALS = [403, 419, 422]
/** Methods that change no data (RFC 9110 §9.2.1). Requests with them need no CSRF header. */
const SAFE = /^(GET|HEAD|OPTIONS)$/i

/** The member of the answer of an endpoint for CSRF tokens, if the option `field` is not set. */
export const CSRF_FIELD = 'csrf_token'

/** Whether a request with this method may change data, and needs the token. */
export const isWrite = (method: string | undefined) => !SAFE.test(method ?? 'GET')

/** Whether the API may have refused a request because of its token. */
export const isCsrfRefusal = ({ status }: Pick<Response, 'status'>) => REFUSALS.includes(status)
