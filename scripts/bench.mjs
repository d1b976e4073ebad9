// Measures the cost of sending a request through the vault: `npm run bench`

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { chromium as findChromium } from './browsers.mjs'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { program, root } from './run.mjs'

const page = `<!doctype html><script type="module">
// The server is a stub in the page, so that only the vault is measured. The stub refuses the token of the sign-in. So each
// request gets a 401 and is sent again, and the vault makes one refresh.
const native = window.fetch
let refreshes = 0
window.fetch = async (input, init) => {
  const request = new Request(input, init)
  const { pathname } = new URL(request.url)
  if (pathname.endsWith('.wasm')) return native(request)
  if (pathname === '/login') return Response.json({ access_token: 'old' })
  if (pathname === '/refresh') refreshes++
  if (pathname === '/refresh') return Response.json({ access_token: 'new' })
  return new Response(null, { status: request.headers.get('authorization') === 'Bearer old' ? 401 : 204 })
}
// Imported after the stub is set: the vault uses the fetch that exists when it is loaded.
const { openVault } = await import('/pkg/vault/index.js')
window.measure = async (count) => {
  refreshes = 0
  const vault = openVault({ signIn: '/login', refresh: '/refresh', name: 'bench' + Math.random() })
  await vault.ready()
  await vault.signIn({})
  await new Promise((resolve) => setTimeout(resolve, 1050))
  const requests = Array.from({ length: count }, () => new Request('/api'))
  const began = performance.now()
  await Promise.all(requests.map((request) => vault.fetch(request, null)))
  const through = performance.now() - began
  const bareBegan = performance.now()
  await Promise.all(
    requests.map(async (request) => {
      await fetch(new Request(request, { headers: { authorization: 'Bearer old' } }))
      await fetch(new Request(request, { headers: { authorization: 'Bearer new' } }))
    }),
  )
  const bare = performance.now() - bareBegan
  vault.close()
  return { refreshes, through, bare }
}
</script>`

/** The medians of several rounds, in microseconds per request. */
async function measure(browserPage, count, rounds) {
  const results = []
  for (let round = 0; round < rounds; round++)
    results.push(await browserPage.evaluate((n) => window.measure(n), count))
  const median = (pick) => results.map(pick).sort((a, b) => a - b)[Math.floor(results.length / 2)]
  const micros = (millis) => ((millis * 1000) / count).toFixed(1)
  return {
    requests: count,
    refreshes: [...new Set(results.map(({ refreshes }) => refreshes))].join(),
    'bare µs': micros(median(({ bare }) => bare)),
    'vault µs': micros(median(({ through }) => through)),
    'added µs': micros(median(({ through, bare }) => through - bare)),
  }
}

await program(import.meta.url, async () => {
  await install()
  await build()
  const server = createServer((request, response) => {
    const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' }
    const { pathname } = new URL(request.url, 'http://bench')
    const isFile = pathname.startsWith('/pkg/')
    response.setHeader('content-type', isFile ? types[path.extname(pathname)] : 'text/html')
    response.end(isFile ? readFileSync(path.join(root, path.normalize(pathname))) : page)
  })
  await new Promise((resolve) => server.listen(0, 'localhost', resolve))
  const { chromium } = await import('@playwright/test')
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
  const browserPage = await browser.newPage()
  await browserPage.goto(`http://localhost:${server.address().port}/`)
  await browserPage.waitForFunction(() => 'measure' in window)
  await measure(browserPage, 100, 3)
  const rows = []
  for (const [count, rounds] of [
    [1, 9],
    [100, 9],
    [1000, 9],
    [10_000, 5],
  ])
    rows.push(await measure(browserPage, count, rounds))
  console.table(rows)
  await browser.close()
  server.closeAllConnections()
  server.close()
})
