import { defineEventHandler, toWebRequest } from 'h3'
import { useBff } from './bff.js'

/** The routes of the session, and those of the API that pages may reach. */
export default defineEventHandler((event) => {
  const abort = new AbortController()
  event.node.res.once('close', () => event.node.res.writableEnded || abort.abort())
  return useBff().handle(new Request(toWebRequest(event), { signal: abort.signal }))
})
