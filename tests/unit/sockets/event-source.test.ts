import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../../../js/common/errors.js'
import type { EventSourceEvents, OpenEventSourceOptions, ServerEvent } from '../../../js/sockets/index.js'
import { openEventSource } from '../../../js/sockets/index.js'
import { createTestAuth, type TestSession } from '../../../js/testing.js'
import { ADA, BOB, listen } from './server.js'

type Handle = (response: ServerResponse, request: IncomingMessage, at: number) => void

async function open(handle: Handle, options?: OpenEventSourceOptions, session: TestSession = ADA) {
  const requests: IncomingMessage[] = []
  const { url } = await listen((request, response) => handle(response, request, requests.push(request) - 1))
  const auth = createTestAuth({ session, fetch: (request) => fetch(request) })
  const source = openEventSource(auth, `${url}/stream`, options)
  onTestFinished(() => source.close())
  const events: ServerEvent[] = []
  const errors: EventSourceEvents['error'][] = []
  source.on('event', (event) => events.push(event))
  source.on('error', (event) => errors.push(event))
  const closed = new Promise((resolve) => source.on('close', ({ reason }) => resolve(reason)))
  return { auth, source, requests, events, errors, closed }
}

const stream = (response: ServerResponse, text = '') =>
  void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text || ':\n')

test('openEventSource delivers the events of a stream', async () => {
  const { events, requests } = await open((response) => stream(response, 'event: add\nid: 1\ndata: a\n\n'))
  await vi.waitFor(() => expect(events).toEqual([{ type: 'add', data: 'a', lastEventId: '1' }]))
  expect(requests[0]?.headers).toMatchObject({ accept: 'text/event-stream', 'cache-control': 'no-cache' })
  expect(requests[0]?.headers).not.toHaveProperty('last-event-id')
})

test('openEventSource connects again after the time that the server names, with the last id in UTF-8', async () => {
  const { errors, events, requests } = await open((response, _, at) => {
    if (at === 1) return stream(response, 'data: b\n\n')
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    response.end('retry: 20\nid: é7\ndata: a\n\nid: 8\ndata: incomplete')
  })
  await vi.waitFor(() => expect(events.map(({ data }) => data)).toEqual(['a', 'b']))
  expect(events[1]?.lastEventId).toBe('é7')
  const sent = Buffer.from(String(requests[1]?.headers['last-event-id']), 'latin1').toString('utf8')
  expect(sent).toBe('é7')
  expect(errors).toMatchObject([{ error: null, response: { status: 200 } }])
  expect(errors[0]?.retryIn).toBeLessThanOrEqual(30)
})

test('openEventSource connects again after a connection that broke, and one that failed', async () => {
  const { errors, events } = await open((response, _, at) => {
    if (at === 1) return response.destroy()
    stream(response, `retry: 10\ndata: ${at}\n\n`)
    if (at === 0) setImmediate(() => response.destroy())
  })
  await vi.waitFor(() => expect(events.map(({ data }) => data)).toEqual(['0', '2']))
  expect(errors.map(({ error, response }) => [error !== null, response?.status])).toEqual([
    [true, 200],
    [true, undefined],
  ])
})

test('openEventSource stops at a 204', async () => {
  const { closed, errors, requests } = await open((response) => response.writeHead(204).end())
  expect(await closed).toBe('stopped')
  expect([errors, requests.length]).toEqual([[], 1])
})

for (const [title, status, type] of [
  ['another status than 200', 500, 'text/event-stream'],
  ['another content type', 200, 'text/html'],
  ['a content type that only begins like it', 200, 'text/event-streams'],
] as const)
  test(`openEventSource fails for good with ${title}`, async () => {
    const { closed, errors } = await open((response) =>
      response.writeHead(status, { 'content-type': type }).end('data: a\n\n'),
    )
    expect(await closed).toBe('stopped')
    expect(errors).toMatchObject([{ response: { status }, retryIn: null, error: expect.any(TypeError) }])
  })

test('openEventSource repeats a refused connection if the application says so', async () => {
  const { events, errors } = await open(
    (response, _, at) => {
      if (at === 0)
        return void response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 5\n')
      if (at === 1) return void response.writeHead(503).end()
      stream(response, 'data: a\n\n')
    },
    { shouldReconnect: ({ status }) => status === 503 },
  )
  await vi.waitFor(() => expect(events).toHaveLength(1))
  expect(errors.map(({ response }) => response?.status)).toEqual([200, 503])
})

test('openEventSource is aborted at sign-out, and stays closed for the next user', async () => {
  let aborted = () => {}
  const isAborted = new Promise<void>((resolve) => {
    aborted = resolve
  })
  const { auth, closed, events, requests } = await open((response, request) => {
    request.on('close', aborted)
    stream(response, 'data: a\n\n')
  })
  await vi.waitFor(() => expect(events).toHaveLength(1))
  await auth.signOut()
  expect(await closed).toBe('session-ended')
  await isAborted
  auth.become(BOB)
  expect(requests).toHaveLength(1)
})

test('openEventSource with reopen begins anew for the next user, without the id of the previous one', async () => {
  const { auth, events, requests } = await open(
    (response, _, at) => stream(response, `id: ${at}\ndata: a\n\n`),
    { reopen: true, lastEventId: '41' },
  )
  await vi.waitFor(() => expect(events).toHaveLength(1))
  auth.become(BOB)
  await vi.waitFor(() => expect(events).toHaveLength(2))
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual(['41', undefined])
})

test('openEventSource waits until somebody signs in', async () => {
  const { auth, events, requests } = await open((response) => stream(response, 'data: a\n\n'), {}, 'never')
  expect(requests).toHaveLength(0)
  auth.become(ADA)
  await vi.waitFor(() => expect(events).toHaveLength(1))
})

test('a listener of openEventSource that closes it gets no further event', async () => {
  const { source, events, closed } = await open((response) => stream(response, 'data: a\n\ndata: b\n\n'))
  source.on('event', () => source.close())
  expect(await closed).toBe('closed')
  expect(events).toHaveLength(1)
})

test('openEventSource goes on after the API was unreachable, and ends with its client', async () => {
  const codes = ['unreachable', 'closed'] as const
  let count = 0
  const auth = createTestAuth({
    session: ADA,
    fetch() {
      const code = codes[count++]
      if (code) throw new AuthError(code, 'no')
      return new Response('')
    },
  })
  vi.spyOn(Math, 'random').mockReturnValue(-1.99)
  onTestFinished(() => void vi.restoreAllMocks())
  const source = openEventSource(auth, '/stream')
  const codesSeen: unknown[] = []
  source.on('error', ({ error, retryIn }) => codesSeen.push((error as AuthError).code, retryIn === null))
  const reason = await new Promise((resolve) => source.on('close', (event) => resolve(event.reason)))
  expect([reason, codesSeen]).toEqual(['stopped', ['unreachable', false, 'closed', true]])
})
