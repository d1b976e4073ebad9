// One server in front of the API, in a process of its own. Sends its port to its parent.

import { createServer } from 'node:http'
import { fronts } from './fronts.mjs'

const [name, api] = process.argv.slice(2)
const server = createServer(fronts[name](api))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
