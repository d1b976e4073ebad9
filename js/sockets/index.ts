export type { On } from './emitter.js'
export type { ServerEvent } from './event-parser.js'
export {
  type EventSourceEvents,
  type KeptEventSource,
  type OpenEventSourceOptions,
  openEventSource,
} from './event-source.js'
export type { Closed } from './keep-connected.js'
export { type KeptSocket, type OpenSocketOptions, openSocket, type SocketEvents } from './open-socket.js'
export { type SessionOfSocket, type SessionOfStream, whenSessionEnds } from './session.js'
export { ticketSource } from './ticket-source.js'
export { type TicketWebSocketOptions, ticketWebSocket } from './ticket-websocket.js'
