import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.ts': 'text/plain',
}

export type Where = 'page' | 'shared' | 'worker'

const factories: Record<Where, (url: string) => string> = {
  page: (url) => `() => import(${url})`,
  shared: (url) => `() => new SharedWorker(${url}, { type: 'module', extendedLifetime: true })`,
  worker: (url) => `() => new Worker(${url}, { type: 'module' })`,
}

/** A page without a bundler and without inline scripts, which a strict policy forbids. */
const page = `<!doctype html>
<meta charset="utf-8">
<title>tokencell</title>
<link rel="icon" href="data:,">
<script src="/first.js"></script>
<script type="module" src="/page.js"></script>`

type OfScript = 'client' | 'entry' | 'options' | 'trust' | 'where'

/** Imports the built package by file names (Safari 16.0 has no import maps), and creates the client as `window.auth`. */
const script = ({ where, options, trust, entry, client }: Pick<Site, OfScript>) => `
  import { createAuth } from '/pkg/${entry}.js'
  window.events = []
  window.statuses = []
  const connect = () => createAuth({ ${where}: ${factories[where](trust(`'${vaultUrl(options)}'`))}, ${client} })
  window.connectAgain = () => void (window.again = connect())
  window.auth = connect()
  auth.onEvent((event) => events.push({ ...event, at: performance.now() }))
  auth.subscribe(({ status, reason }) => statuses.push(reason ?? status))`

/** The URL of the vault file with a hash of its options, like a bundler names files by their content. */
const vaultUrl = (options: object) =>
  `/auth.vault.js?${createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 8)}`

/** In a page, a vault starts only if its file permits it. */
const vault = ({ options, beforeVault, where }: Pick<Site, 'beforeVault' | 'options' | 'where'>) => `
  ${beforeVault ? `import '${beforeVault}'` : ''}
  import { openVault } from '/pkg/vault/index.js'
  export default openVault(${JSON.stringify(where === 'page' ? { ...options, page: true } : options)})
  if (typeof document === 'undefined') new BroadcastChannel('kill').onmessage = () => close()
  const trouble = new BroadcastChannel('trouble')
  const report = (event) => trouble.postMessage(String(event.reason ?? event.message))
  for (const type of ['error', 'unhandledrejection']) addEventListener(type, report)`

export interface Site {
  url: string
  /** The options in the vault file; a test may change them before it opens a page. */
  options: Record<string, unknown>
  /** Where the vault of the page runs. */
  where: Where
  /** A script that runs in the vault's realm before the vault. */
  beforeVault?: string
  /** Headers of every response, for example a policy. */
  headers: Record<string, string>
  /** Headers of the vault file, instead of `headers`. */
  vaultHeaders?: Record<string, string>
  /** A script that runs before the other scripts of the page. */
  first: string
  /** More members of the options of `createAuth`, as code. */
  client: string
  /** Turns the expression for the URL of the vault into the expression that the page uses, for example a trusted URL. */
  trust: (url: string) => string
  /** The entry of the package that the page imports: the one for the export condition `development`, or the other. */
  entry: 'development' | 'index'
  /** Handlers for single paths, which replace the usual response. */
  overrides: Map<string, (response: ServerResponse) => void>
  /** Handles everything below /api, so that page and API share an origin. */
  mount?: RequestListener
  close(): Promise<void>
}

/** Serves the page, the package and the vault file on their own origin. With a key and a certificate, over TLS. */
export async function openSite(tls?: { key: string; cert: string }): Promise<Site> {
  const site: Omit<Site, 'close' | 'url'> = {
    options: {},
    where: 'page',
    headers: {},
    first: '',
    client: '',
    trust: (url) => url,
    entry: 'index',
    overrides: new Map(),
  }
  const listener: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const override = site.overrides.get(pathname)
    const isVault = pathname === '/auth.vault.js'
    const headers = { 'cache-control': 'no-store', ...((isVault && site.vaultHeaders) || site.headers) }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (override) return override(response)
    if (site.mount && pathname.startsWith('/api/')) return site.mount(request, response)
    const scripts: Record<string, string> = {
      '/auth.vault.js': vault(site),
      '/first.js': site.first,
      '/page.js': script(site),
    }
    const text = scripts[pathname]
    if (text !== undefined) return response.setHeader('content-type', 'text/javascript').end(text)
    if (pathname.startsWith('/pkg/')) {
      response.setHeader('content-type', types[path.extname(pathname)] ?? 'application/octet-stream')
      const file = createReadStream(path.join(root, path.normalize(pathname)))
      file.on('error', () => response.writeHead(404).end())
      return file.pipe(response)
    }
    response.setHeader('content-type', 'text/html')
    response.end(page)
  }
  const server = tls ? createSecureServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(site, {
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}
