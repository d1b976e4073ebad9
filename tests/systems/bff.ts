import path from 'node:path'
import { pathToFileURL } from 'node:url'
import express from 'express'
import type { BffServer } from 'tokencell/server'
import { buildServer } from './build-pages.js'
import { type Host, listen } from './host.js'
import type { FrontName } from './pages/front.js'
import { listenerFor } from './servers/node-listener.js'

/** The paths of the server of the pages that are for its session, and for the API. */
const PATHS: Partial<Record<FrontName, string[]>> = {
  s0: ['/api/auth/*path', '/users/*path', '/notes', '/admin/users'],
  s1: ['/api/*path'],
  's2-pair': ['/api/auth/*path', '/me', '/notes', '/admin/users'],
  s3: ['/api/*path'],
}

interface Options {
  front: FrontName
  /** The origin of the API. */
  api: string
  /** The folder of the pages. */
  pages: string
}

/** Starts the server of the pages, which keeps the tokens and sends requests of the pages on to the API. */
export async function startBff({ front, api, pages }: Options): Promise<Host> {
  const file = `${pages}-server.mjs`
  await buildServer({ front, api, file })
  const { bff }: { bff: BffServer } = await import(pathToFileURL(file).href)
  const app = express()
  app.all(PATHS[front] ?? [], listenerFor(bff.handle))
  app.use(express.static(pages))
  app.use((_, response) => response.sendFile(path.join(pages, 'index.html')))
  return listen(app)
}
