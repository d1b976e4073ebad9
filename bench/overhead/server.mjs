// Serves the page and the measured responses, in a separate process. Sends the port, then each result, to its parent.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { root } from '../../scripts/run.mjs'

const [trials, bundles] = process.argv.slice(2)
const files = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
const texts = {
  '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
  '/login': ['application/json', '{"access_token":"of-the-same-length","expires_in":900}'],
  '/trials': ['application/json', trials],
  '/frame': ['text/html', '<!doctype html><script type="module" src="/frame.js"></script>'],
  '/vault.js': [
    files['.js'],
    `import { openVault } from '/pkg/vault/index.js'
     export default openVault({ page: true, signIn: '/login', name: 'overhead' })`,
  ],
}

function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://bench')
  const send = (type, body) =>
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  if (pathname in texts) return send(...texts[pathname])
  if (pathname === '/st/login') return grantCookies(response)
  if (pathname === '/bytes' || pathname === '/st/bytes')
    return send('application/octet-stream', Buffer.alloc(Number(searchParams.get('n'))))
  if (pathname === '/times') return hear(request).then(() => send('text/plain', ''))
  const folder = folderOf(pathname)
  try {
    send(
      files[path.extname(pathname)] ?? 'text/plain',
      readFileSync(path.join(folder, path.normalize(pathname))),
    )
  } catch {
    response.writeHead(404).end()
  }
}

function folderOf(pathname) {
  if (pathname.startsWith('/pkg/')) return root
  return pathname.startsWith('/out/') ? bundles : import.meta.dirname
}

/** What the client of supertokens needs to know that there is a session. */
function grantCookies(response) {
  const front = { uid: 'ada', ate: Date.now() + 900_000, up: {} }
  response.writeHead(200, { 'front-token': Buffer.from(JSON.stringify(front)).toString('base64') }).end('{}')
}

async function hear(request) {
  const chunks = await request.setEncoding('utf8').toArray()
  process.send(JSON.parse(chunks.join('')))
}

const server = createServer(answer).listen(0, 'localhost', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
