import { Server as TlsServer } from 'node:tls'

/** The connections of a server, to be able to close those that carry no request. */
export function createSockets() {
  /** @type {Map<import("node:net").Socket, number>} and how many requests each is answering */
  const sockets = new Map()
  const count = (socket, change) => {
    if (sockets.has(socket)) sockets.set(socket, sockets.get(socket) + change)
  }

  return {
    /** @param {import("node:http").Server} server */
    watch(server) {
      // With TLS, requests come from another socket than connections.
      server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket) => {
        sockets.set(socket, 0)
        socket.once('close', () => sockets.delete(socket))
      })
      server.on('request', ({ socket }, res) => {
        count(socket, 1)
        res.once('close', () => count(socket, -1))
      })
    },

    /** Unlike `server.closeIdleConnections()`, also those opened ahead and never used. */
    closeIdle() {
      for (const [socket, requests] of sockets) if (requests === 0) socket.destroy()
    },
  }
}
