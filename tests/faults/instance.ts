// One instance of a server that keeps the session in Redis. It is bundled and started as a process of its own.
import { createServer } from 'node:http'
import { createBff } from 'tokencell/server'
import { store } from '../../examples/next/lib/store.js'
import { listenerFor } from '../systems/servers/node-listener.js'

const { API = '', PORT, SECRET } = process.env

const bff = createBff({
  api: API,
  secret: SECRET,
  ...(store ? { store } : {}),
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
  proxy: ['/api/v1/me', '/api/v1/notes'],
})

createServer(listenerFor(bff.handle)).listen(Number(PORT), 'localhost')
