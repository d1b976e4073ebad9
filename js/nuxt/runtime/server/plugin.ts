import { getRequestHeader, getResponseHeader, type H3Event, setResponseHeader } from 'h3'
import { defineNitroPlugin } from 'nitropack/runtime'
import { useBff } from './bff.js'
import { type EventSession, offerSession } from './context.js'

/** Every request to this server has a session; whatever is done with it is in the response at once. */
export default defineNitroPlugin((nitroApp) => {
  nitroApp.hooks.hook('request', (event) => offerSession(event as H3Event, () => open(event as H3Event)))
})

function open(event: H3Event): EventSession {
  const session = useBff().open(getRequestHeader(event, 'cookie'), () => !event.node.res.headersSent)
  async function handOn() {
    if (event.node.res.headersSent) return
    setResponseHeader(event, 'cache-control', 'private, no-store')
    const own = await session.setCookies()
    if (own.length === 0) return
    const nameOf = (header: string) => header.split('=')[0]
    const names = own.map(nameOf)
    const set = [getResponseHeader(event, 'set-cookie') ?? []].flat().map(String)
    const others = set.filter((header) => !names.includes(nameOf(header)))
    setResponseHeader(event, 'set-cookie', [...others, ...own])
  }
  const handing =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args) => {
      try {
        return await work(...args)
      } finally {
        await handOn()
      }
    }
  return { info: handing(session.info), fetch: handing(session.fetch) }
}
