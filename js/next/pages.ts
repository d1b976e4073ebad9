import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GetServerSideProps, GetServerSidePropsContext, NextApiHandler, NextApiRequest } from 'next'
import type { Rule } from '../common/guard.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { serverError } from '../server/errors.js'
import type { BffServer, RequestSession, Visitor } from '../server/index.js'
import { answerBelow, basePathOfPage } from './base-path.js'
import type { createGuard } from './guard.js'

/** The session that a page of the Pages Router gets. */
export interface PageSession extends SessionInfo {
  /** `fetch` to the API, with the token. */
  fetch: RequestSession['fetch']
}

/** The functions for pages and API routes of the Pages Router. */
export function createPages(bff: BffServer, guard: ReturnType<typeof createGuard>) {
  async function within<T>(
    { req, res }: { req: IncomingMessage; res: ServerResponse },
    work: (session: RequestSession) => Promise<T>,
  ): Promise<T> {
    // A response that has begun cannot set a cookie.
    const canSetCookies = () => !res.headersSent
    const session = bff.open(req.headers.cookie, canSetCookies, visitorOf(req))
    try {
      return await work(session)
    } finally {
      const setCookies = await session.setCookies()
      if (canSetCookies()) {
        res.setHeader('Cache-Control', 'private, no-store')
        for (const cookie of setCookies) res.appendHeader('Set-Cookie', cookie)
      }
    }
  }

  return {
    /**
     * For `pages/api/auth/[...auth].ts`, and for the paths of the API that pages may reach.
     *
     * @throws AuthError `body-parsed` if the second line of the example is missing
     *
     * @example
     * export default auth.pages.handler
     * export const config = { api: { bodyParser: false } }
     */
    handler: (async (req, res) => {
      const session = bff.open(req.headers.cookie, true, visitorOf(req))
      const handle = (request: Request) => bff.handle(request, session)
      await answer(await answerBelow(basePathOfPage(req), toRequest(req, res), handle), res)
    }) satisfies NextApiHandler,

    getSession: (context: { req: IncomingMessage; res: ServerResponse }): Promise<SessionInfo> =>
      within(context, (session) => session.info()),

    /**
     * `getServerSideProps` with a session. Visitors whom the rule does not admit are redirected before `load` is called.
     */
    withSession<Props extends Record<string, unknown>>(
      rule: Rule,
      load: (
        context: GetServerSidePropsContext,
        session: PageSession,
      ) => ReturnType<GetServerSideProps<Props>>,
    ): GetServerSideProps<Props & { session: SessionInfo }> {
      return (context) =>
        within(context, async (session) => {
          const info = await session.info()
          const verdict = guard(info.snapshot, rule, context.resolvedUrl)
          if (typeof verdict === 'object')
            return { redirect: { destination: inLocaleOf(context, verdict.to), permanent: false } }
          if (verdict !== 'allow') return { notFound: true }
          const result = await load(context, { ...info, fetch: session.fetch })
          if (!('props' in result)) return result
          return { props: { ...(await result.props), session: info } }
        })
    },
  }
}

/** The proxy does the same: Next adds its `basePath` to a destination, but not the locale of its `i18n`. */
function inLocaleOf({ locale, defaultLocale }: GetServerSidePropsContext, path: string): string {
  return locale === undefined || locale === defaultLocale ? path : `/${locale}${path}`
}

function visitorOf({ headers: given, socket }: IncomingMessage): Visitor & { headers: Headers } {
  const headers = new Headers()
  for (const [name, value = []] of Object.entries(given))
    for (const one of [value].flat()) headers.append(name, one)
  return { headers, address: socket?.remoteAddress }
}

function toRequest(req: NextApiRequest, res: ServerResponse): Request {
  const { headers } = visitorOf(req)
  const abort = new AbortController()
  res.once('close', () => res.writableEnded || abort.abort())
  const url = new URL(req.url ?? '/', `http://${req.headers.host ?? 'localhost'}`)
  const { method = 'GET' } = req
  const body = method === 'GET' || method === 'HEAD' ? null : bodyOf(req)
  return new Request(url, { method, headers, body, signal: abort.signal, duplex: 'half' } as RequestInit)
}

/** The body as it arrives. If Next has parsed the body, only text is unchanged. */
function bodyOf(req: NextApiRequest): BodyInit {
  if (!req.readableEnded) return streamOf(req)
  const body: unknown = req.body
  const isText = /^(text\/plain *(; *charset=utf-8)?)?$/i.test(req.headers['content-type'] ?? '')
  if (typeof body !== 'string' || !isText) throw serverError('body-parsed')
  return body
}

/** Does the same as `Readable.toWeb`, without a module that edge runtimes do not have. */
function streamOf(req: NextApiRequest): ReadableStream<Uint8Array> {
  const chunks = req[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await chunks.return?.()),
  })
}

async function answer(response: Response, res: ServerResponse) {
  res.statusCode = response.status
  for (const [name, value] of response.headers) if (name !== 'set-cookie') res.setHeader(name, value)
  const setCookies = response.headers.getSetCookie()
  if (setCookies.length > 0) res.setHeader('set-cookie', setCookies)
  if (!response.body) return res.end()
  // Not imported: bundlers for edge runtimes would look for a module that does not exist there.
  const { Readable, promises } = globalThis.process.getBuiltinModule('node:stream')
  const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream)
  // Rejects if the API or the browser has closed the connection. The response has then ended, and its status has been
  // sent.
  await promises.pipeline(body, flushing(res), res).catch(() => {})
}

/**
 * Makes layers that compress, such as that of `next start`, send each chunk at once: events must not wait for further
 * chunks.
 */
const flushing = (res: ServerResponse & { flush?: () => void }) =>
  async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      yield chunk
      // The `flush` of the prototype is another method, and deprecated.
      if (Object.hasOwn(res, 'flush')) res.flush?.()
    }
  }
