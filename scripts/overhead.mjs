// What `auth.fetch` costs over bare `fetch`, from the same page and to the same server. `npm run bench:overhead [share of the rounds] [browsers…]`

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { engine } from './browsers.mjs'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { program, root } from './run.mjs'

const page = `<!doctype html><script type="module">
import { createAuth } from '/pkg/index.js'
const url = '/auth.vault.js'
const placements = {
  page: () => import(url),
  worker: () => new Worker(url, { type: 'module' }),
  shared: () => new SharedWorker(url, { type: 'module', extendedLifetime: true }),
}
let bare
window.begin = async (place) => {
  window.auth = createAuth({ [place]: placements[place] })
  const { token } = await auth.signIn({})
  bare = { headers: { authorization: 'Bearer of-the-same-length' } }
}
const ways = {
  bare: (url) => fetch(url, bare),
  vault: (url) => auth.fetch(url),
}
/** Rounds of both ways in turn, first one and then the other way ahead; milliseconds a round. */
window.measure = async (bytes, atOnce, rounds) => {
  const times = { bare: [], vault: [] }
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 ? ['bare', 'vault'] : ['vault', 'bare']
    for (const way of order) {
      const began = performance.now()
      await Promise.all(
        Array.from({ length: atOnce }, async () => (await ways[way]('/bytes?n=' + bytes)).arrayBuffer()),
      )
      times[way].push(performance.now() - began)
    }
  }
  return times
}
</script>`

const files = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
const vault = `import { openVault } from '/pkg/vault/index.js'
export default openVault({ signIn: '/login', name: 'overhead' })`

/** A server of its own process, so that the page does not wait for whoever measures. */
function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://bench')
  const send = (type, body) =>
    response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body)
  if (pathname === '/login')
    return send('application/json', '{"access_token":"of-the-same-length","expires_in":900}')
  if (pathname === '/bytes')
    return send('application/octet-stream', Buffer.alloc(Number(searchParams.get('n'))))
  if (pathname === '/auth.vault.js') return send('text/javascript', vault)
  if (pathname.startsWith('/pkg/'))
    return send(
      files[path.extname(pathname)] ?? 'text/plain',
      readFileSync(path.join(root, path.normalize(pathname))),
    )
  return send('text/html', page)
}

if (process.send) {
  const server = createServer(answer).listen(0, 'localhost', () => process.send(server.address().port))
}

const cases = [
  { answer: '1 KB', bytes: 1024, atOnce: 1, rounds: 300 },
  { answer: '1 MB', bytes: 1024 * 1024, atOnce: 1, rounds: 100 },
  { answer: '100 × 1 KB', bytes: 1024, atOnce: 100, rounds: 30 },
]

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1]

async function measure(browser, place, origin, share) {
  const page = await (await browser.newContext()).newPage()
  await page.goto(origin)
  await page.waitForFunction(() => 'begin' in window)
  await page.evaluate((place) => window.begin(place), place)
  const row = {}
  for (const { answer, bytes, atOnce, rounds } of cases) {
    const run = (rounds) => page.evaluate((args) => window.measure(...args), [bytes, atOnce, rounds])
    await run(5)
    const { bare, vault } = await run(Math.ceil(rounds * Number(share)))
    row[`${answer}, ms`] = `${median(bare).toFixed(2)} → ${median(vault).toFixed(2)}`
    row[answer] = `${(median(vault) / median(bare)).toFixed(2)}×`
  }
  await page.context().close()
  return row
}

if (!process.send)
  await program(import.meta.url, async (args) => {
    const [share = 1, ...wanted] = args
    await install()
    await build(() => {})
    const server = fork(import.meta.filename, { stdio: 'inherit' })
    const [port] = await once(server, 'message')
    const { chromium, firefox } = await import('@playwright/test')
    const browsers = {
      chromium: () => chromium.launch({ executablePath: engine('chromium').browser, args: ['--no-sandbox'] }),
      firefox: () => firefox.launch({ channel: 'moz-firefox', executablePath: engine('firefox').browser }),
    }
    const rows = {}
    for (const [name, launch] of Object.entries(browsers)) {
      if (wanted.length && !wanted.includes(name)) continue
      const browser = await launch()
      for (const place of ['page', 'worker', 'shared'])
        rows[`${name}, ${place}`] = await measure(browser, place, `http://localhost:${port}/`, share)
      await browser.close()
    }
    console.table(rows)
    server.kill()
  })
