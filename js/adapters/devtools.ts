import { setupDevToolsPlugin } from '@vue/devtools-api'
import type { Plugin } from 'vue'
import type { Auth, AuthEvent } from '../common/types.js'

const ID = 'tokencell'
const LABEL = 'Auth'
const COLOR = 0xd97706

/**
 * Shows the session in Vue DevTools: its current state in an inspector, and every refresh, wait, backoff and sign-out in a
 * timeline. It shows no secrets. Use it in development only: `if (import.meta.env.DEV) app.use(authDevtools(auth))`.
 */
export function authDevtools(auth: Auth<unknown>): Plugin {
  return {
    install(app) {
      if (typeof window === 'undefined') return
      setupDevToolsPlugin({ id: ID, label: LABEL, packageName: ID, app }, (api) => {
        api.addTimelineLayer({ id: ID, label: LABEL, color: COLOR })
        api.addInspector({ id: ID, label: LABEL, icon: 'lock' })
        api.on.getInspectorTree((payload) => {
          if (payload.inspectorId === ID) payload.rootNodes = [{ id: ID, label: 'Session' }]
        })
        api.on.getInspectorState((payload) => {
          if (payload.inspectorId === ID) payload.state = { Session: entries(auth.snapshot) }
        })
        const stops = [
          auth.subscribe(() => api.sendInspectorState(ID)),
          auth.onEvent((event) => api.addTimelineEvent({ layerId: ID, event: describe(event, api.now()) })),
        ]
        app.onUnmount(() => {
          for (const stop of stops) stop()
        })
      })
    },
  }
}

const entries = (session: object) => Object.entries(session).map(([key, value]) => ({ key, value }))

function describe(event: AuthEvent, time: number) {
  const { type, ...data } = event
  if (type !== 'request') {
    const isWarning = /^(ended|idle-warning|step-up-required)$|-(failed|pending)$/.test(type)
    const subtitle = Object.values(data).filter(Boolean).join(', ')
    return {
      time,
      title: type,
      subtitle,
      data,
      logType: isWarning ? ('warning' as const) : ('default' as const),
    }
  }
  const { via, method, url } = event
  return { time, title: via, subtitle: `${method} ${url}`, data, logType: 'default' as const }
}
