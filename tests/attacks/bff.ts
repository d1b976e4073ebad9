import { createBff } from 'tokencell/server'
import type { Site } from '../e2e/site.js'
import { listenerFor } from '../systems/servers/node-listener.js'

const PAGE = `
  import { createBffAuth } from '/pkg/bff/client.js'
  window.events = []
  window.auth = createBffAuth()
  auth.onEvent((event) => events.push(event))`

/** Has the site keep the tokens on its server, instead of in a vault. */
export function serveBff(site: Site, api: string) {
  const { handle } = createBff({
    api,
    secret: 'lW3uHk7dV0mQx9sYb2nT5rJ8cF1gZ4pE',
    signIn: '/api/v1/login',
    refresh: '/api/v1/refresh',
    signOut: { method: 'DELETE', path: '/api/v1/logout' },
    proxy: ['/api/v1/me', '/api/v1/nothing'],
  })
  site.mount = listenerFor(handle)
  // There is no vault.
  site.overrides.set('/auth.vault.js', (response) => response.writeHead(404).end())
  site.overrides.set('/page.js', (response) => {
    response.setHeader('content-type', 'text/javascript').end(PAGE)
  })
}
