import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'

/** The control port decides over the API, so it is never reachable from elsewhere. */
const CONTROL_HOST = '127.0.0.1'

/**
 * @typedef {object} Listening
 * @property {string} url         of the API, without a trailing slash
 * @property {string} controlUrl
 * @property {() => Promise<void>} close  ends every connection, idle or not
 */

/**
 * Serves both applications; port 0 takes any free one. With `tls`, the API speaks https and the control port does not.
 * @param {{ app: import("node:http").RequestListener, control: import("node:http").RequestListener,
 *   sockets: { watch(server: import("node:http").Server): void } }} api
 * @param {{ port?: number, controlPort?: number, host?: string,
 *   tls?: Pick<import("node:https").ServerOptions, "key" | "cert"> }} [options]
 * @returns {Promise<Listening>}
 */
export async function listen(api, { port = 0, controlPort = 0, host = '127.0.0.1', tls } = {}) {
  const server = tls ? createSecureServer(tls, api.app) : createServer(api.app)
  const controlServer = createServer(api.control)
  const servers = [server, controlServer]
  api.sockets.watch(server)

  async function close() {
    const open = servers.filter((each) => each.listening)
    const closed = open.map((each) => once(each, 'close'))
    for (const each of open) {
      each.close()
      each.closeAllConnections()
    }
    await Promise.all(closed)
  }

  try {
    // `once` rejects on an "error", such as a port in use.
    await once(server.listen(port, host), 'listening')
    await once(controlServer.listen(controlPort, CONTROL_HOST), 'listening')
  } catch (error) {
    await close()
    throw error
  }
  return { url: urlOf(server, host), controlUrl: urlOf(controlServer, CONTROL_HOST), close }
}

function urlOf(server, host) {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const scheme = server instanceof SecureServer ? 'https' : 'http'
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${server.address().port}`
}
