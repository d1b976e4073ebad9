import { readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import path from 'node:path'
import { parseCookie } from 'cookie'

export interface Asked {
  method: string
  path: string
  /** The parts of the path that the route leaves open. */
  params: string[]
  body: Record<string, unknown>
  header(name: string): string | undefined
  cookie(name: string): string | undefined
  /** Whether Rails answers with a page: it does for `text/html`, and for the `*\/*` of `fetch`. */
  wantsPage: boolean
}

export interface Answer {
  status?: number
  headers?: Record<string, string | string[]>
  /** Text is sent as HTML, anything else as JSON. */
  body?: unknown
}

/** By method and path; `*` is one part of a path. */
export type Routes = Record<string, (asked: Asked) => Answer | Promise<Answer>>

interface Around {
  /** Sets headers of every answer. */
  headers?: (asked: Asked) => Record<string, string>
  /** The folder of a single-page application, for all paths without a route. */
  pages?: string | undefined
  /** Changes its index.html. */
  render?: (html: string, asked: Asked) => Answer | Promise<Answer>
}

/** Handles requests with these routes. A preflight is answered with the headers of all answers. */
export function handle(
  routes: Routes,
  { headers = () => ({}), pages, render = (body) => ({ body }) }: Around = {},
): RequestListener {
  const patterns = Object.entries(routes).map(([name, run]) => {
    const [method, pattern = ''] = name.split(' ')
    return { method, pattern: new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`), run }
  })

  async function answer(asked: Asked): Promise<Answer> {
    if (asked.method === 'OPTIONS') return { status: 204 }
    for (const { method, pattern, run } of patterns) {
      const found = method === asked.method ? pattern.exec(asked.path) : null
      if (found) return run({ ...asked, params: found.slice(1) })
    }
    if (!pages || asked.method !== 'GET') return { status: 404, body: { error: 'Not Found' } }
    const html = await readFile(path.join(pages, 'index.html'), 'utf8')
    return render(html, asked)
  }

  return async (request, response) => {
    const asked = await read(request)
    for (const [name, value] of Object.entries(headers(asked))) response.setHeader(name, value)
    if (pages && asked.method === 'GET' && (await sendFile(pages, asked.path, response))) return
    send(response, await answer(asked))
  }
}

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** Sends a file of the application, other than its HTML. Returns false if there is none. */
async function sendFile(folder: string, name: string, response: ServerResponse) {
  const type = TYPES[path.extname(name)]
  const content = type && (await readFile(path.join(folder, path.normalize(name))).catch(() => undefined))
  if (!type || !content) return false
  response.setHeader('content-type', type).end(content)
  return true
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer) {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (body === undefined) return response.writeHead(status).end()
  const isPage = typeof body === 'string'
  response.setHeader('content-type', isPage ? 'text/html; charset=utf-8' : 'application/json')
  response.writeHead(status).end(isPage ? body : JSON.stringify(body))
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  const header = (name: string) => request.headers[name] as string | undefined
  const cookies = parseCookie(header('cookie') ?? '')
  return {
    method: request.method ?? 'GET',
    path: new URL(request.url ?? '/', 'http://system').pathname,
    params: [],
    body: parse(text, header('content-type') ?? ''),
    header,
    cookie: (name) => cookies[name],
    wantsPage: !(header('accept') ?? '').includes('json'),
  }
}

function parse(text: string, type: string): Record<string, unknown> {
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(text))
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
