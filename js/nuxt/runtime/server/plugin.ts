import type { H3Event } from 'h3'
import { defineNitroPlugin } from 'nitropack/runtime'
import { offerSession } from './context.js'
import { openEventSession } from './event-session.js'

/** Gives every request to this server a session. */
export default defineNitroPlugin((nitroApp) => {
  const { hooks, localFetch } = nitroApp
  hooks.hook('request', (event) =>
    offerSession(event as H3Event, () => openEventSession(event as H3Event, localFetch as typeof fetch)),
  )
})
