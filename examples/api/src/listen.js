import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'

/** The control port can change the API, so it must not be reachable from other machines. */
const CONTROL_HOST = '127.0.0.1'

/**
 * @typedef {object} Listening
 * @property {string} url         of the API, without a trailing slash
 * @property {string} [controlUrl]   if a control port was requested
 * @property {string} [controlToken]  the bearer that requests to it must have
 * @property {() => Promise<void>} close  ends every connection, idle or not
 */

/**
 * Serves the API and, with `controlPort`, its control port; port 0 uses any free port. With `tls`, the API uses https;
 * the control port always uses http.
 * @param {{ app: import("node:http").RequestListener, createControl: (token: string) => import("node:http").RequestListener,
 *   sockets: { watch(server: import("node:http").Server): void } }} api
 * @param {{ port?: number, controlPort?: number, controlToken?: string, host?: string,
 *   tls?: Pick<import("node:https").ServerOptions, "key" | "cert"> }} [options]
 * @returns {Promise<Listening>}
 */
export async function listen(api, options = {}) {
  const {
    port = 0,
    controlPort,
    controlToken = randomBytes(32).toString('base64url'),
    host = '127.0.0.1',
    tls,
  } = options
  const server = tls ? createSecureServer(tls, api.app) : createServer(api.app)
  const controlServer = controlPort === undefined ? undefined : createServer(api.createControl(controlToken))
  api.sockets.watch(server)

  async function close() {
    const open = [server, controlServer].filter((each) => each?.listening)
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
    if (controlServer) await once(controlServer.listen(controlPort, CONTROL_HOST), 'listening')
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: urlOf(server, host),
    controlUrl: controlServer && urlOf(controlServer, CONTROL_HOST),
    controlToken: controlServer && controlToken,
    close,
  }
}

function urlOf(server, host) {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const scheme = server instanceof SecureServer ? 'https' : 'http'
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${server.address().port}`
}
