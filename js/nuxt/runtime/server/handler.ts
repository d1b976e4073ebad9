import { defineEventHandler, getRequestURL, getRequestWebStream } from 'h3'
import { useRuntimeConfig } from 'nitropack/runtime'
import { withBase, withoutBase } from '../../base-url.js'
import { sessionOf } from './context.js'

/** Answers the routes of the session, and the paths of the API that pages may reach. */
export default defineEventHandler(async (event) => {
  const { method, headers, node } = event
  const { baseURL } = useRuntimeConfig(event).app
  const abort = new AbortController()
  node.res.once('close', () => node.res.writableEnded || abort.abort())
  const init = { method, headers, body: getRequestWebStream(event) ?? null, duplex: 'half' }
  // The API does not know the `app.baseURL` of this application.
  const url = withoutBase(baseURL, getRequestURL(event).href)
  const response = await sessionOf(event).answer(new Request(url, { ...init, signal: abort.signal }))
  const location = response.headers.get('location')
  if (location?.startsWith('/')) response.headers.set('location', withBase(baseURL, location))
  return response
})
