import { type AppHeaders, addAppHeaders } from '../common/app-headers.js'

/** Browsers do not let a page set these (Fetch, "forbidden request-header"), but servers would send them. */
const FORBIDDEN = /^(cookie|proxy-.*)$/

/** Adds the headers of the app to a request for the server. */
export const addHeaders = (headers: Headers, compute: AppHeaders) =>
  addAppHeaders(headers, compute && (() => withoutForbidden(compute())))

function withoutForbidden(given: HeadersInit): Headers {
  const headers = new Headers(given)
  for (const name of [...headers.keys()]) if (FORBIDDEN.test(name)) headers.delete(name)
  return headers
}
