import { Server as TlsServer } from 'node:tls'

/** The connections of a server. It can close those without a request. */
export function createSockets() {
  /** @type {Map<import("node:net").Socket, number>} with the number of open requests */
  const sockets = new Map()
  const count = (socket, change) => {
    if (sockets.has(socket)) sockets.set(socket, sockets.get(socket) + change)
  }

  return {
    /** @param {import("node:http").Server} server */
    watch(server) {
      // With TLS, the socket of a request is not the socket of the connection.
      server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket) => {
        sockets.set(socket, 0)
        socket.once('close', () => sockets.delete(socket))
      })
      server.on('request', ({ socket }, res) => {
        count(socket, 1)
        res.once('close', () => count(socket, -1))
      })
    },

    /** Unlike `server.closeIdleConnections()`, this also closes connections that were opened in advance and never used. */
    closeIdle() {
      for (const [socket, requests] of sockets) if (requests === 0) socket.destroy()
    },
  }
}
