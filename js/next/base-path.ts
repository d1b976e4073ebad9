import type { IncomingMessage } from 'node:http'
import type { NextRequest } from 'next/server.js'
import type { BffServer } from '../server/index.js'

/** The `basePath` of next.config. Next sets it wherever it compiles this package: everywhere except in the Pages Router. */
export const builtBasePath = () => process.env.__NEXT_ROUTER_BASEPATH ?? ''

/** At the edge, the URL of a request has the `basePath`. Elsewhere Next has removed it. */
export const basePathOf = (request: Request): string =>
  (request as Partial<NextRequest>).nextUrl?.basePath || builtBasePath()

/** Next keeps the whole URL in a property of the request that it gives to the Pages Router. */
export function basePathOfPage(req: IncomingMessage): string {
  const { [META]: meta } = req as { [META]?: { initURL?: string } }
  const { url = '/' } = req
  if (!URL.canParse(meta?.initURL ?? '')) return builtBasePath()
  const { pathname } = new URL(meta?.initURL as string)
  const own = new URL(url, 'http://here.invalid').pathname
  return pathname.endsWith(own) ? pathname.slice(0, -own.length) : builtBasePath()
}

const META: unique symbol = Symbol.for('NextInternalRequestMeta') as never

/** Answers a request below the `basePath` as if there were none, and adds the `basePath` to redirects. */
export async function answerBelow(
  basePath: string,
  request: Request,
  handle: BffServer['handle'],
): Promise<Response> {
  if (basePath === '') return handle(request)
  const url = new URL(request.url)
  const isWhole = isBelow(basePath, url.pathname)
  if (isWhole) url.pathname = url.pathname.slice(basePath.length) || '/'
  const response = await handle(isWhole ? new Request(url, request) : request)
  const location = response.headers.get('location') ?? ''
  // A redirect back to a form has the `basePath` already.
  if (location.startsWith('/') && !isBelow(basePath, new URL(location, url).pathname))
    response.headers.set('location', basePath + location)
  return response
}

const isBelow = (basePath: string, pathname: string) =>
  pathname === basePath || pathname.startsWith(`${basePath}/`)
