/** The part of Express and cors that s3-express.ts and bff.ts use: these packages have no types of their own. */
declare module 'express' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export interface Request extends IncomingMessage {
    body?: Record<string, unknown>
    params: Record<string, string>
    path: string
  }
  export interface CookieOptions {
    httpOnly?: boolean
    maxAge?: number
    path?: string
    sameSite?: 'lax' | 'none' | 'strict'
    secure?: boolean
  }
  export interface Response extends ServerResponse {
    locals: Record<string, unknown>
    status(code: number): this
    json(body: unknown): this
    cookie(name: string, value: string, options: CookieOptions): this
    clearCookie(name: string, options: CookieOptions): this
    sendFile(path: string): void
  }
  export type Handler = (request: Request, response: Response, next: () => void) => unknown
  export interface App extends RequestListener {
    use(...handlers: Handler[]): this
    use(path: string, ...handlers: Handler[]): this
    all(paths: readonly string[], ...handlers: Handler[]): this
    get(path: string, ...handlers: Handler[]): this
    post(path: string, ...handlers: Handler[]): this
    patch(path: string, ...handlers: Handler[]): this
  }
  const express: { (): App; json(): Handler; static(folder: string): Handler }
  export default express
}

declare module 'cors' {
  import type { Handler } from 'express'
  export default function cors(options: { origin: readonly string[]; credentials?: boolean }): Handler
}
