import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { EventSourceEvents, OpenEventSourceOptions } from '../../../js/sockets/index.js'
import { openEventSource } from '../../../js/sockets/index.js'
import { createTestAuth } from '../../../js/testing.js'
import { ADA, BOB } from './server.js'

/** When an event stream connects again, and with what. The responses of the API are those of the test. */

afterEach(() => void vi.useRealTimers())

const typed = (type: string, text: string | null = '', status = 200) =>
  new Response(text, { status, headers: { 'Content-Type': type } })
const stream = (text = '') => typed('text/event-stream', text)
const silent = () => typed('text/event-stream', null)
const refused = () => new Response(null, { status: 503 })

/** A stream that stays open, with the function that counts how often it was cancelled. */
function endless(type = 'text/event-stream') {
  const cancel = vi.fn()
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: a\n\n')),
    cancel,
  })
  return { response: new Response(body, { headers: { 'Content-Type': type } }), cancel }
}

/** Opens a stream for which the API has these responses. Time passes at once, and pauses have no jitter. */
function open(responses: (() => Response)[], options?: OpenEventSourceOptions) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const left = [...responses]
  const auth = createTestAuth({
    session: ADA,
    fetch: () => left.shift()?.() ?? new Response(null, { status: 204 }),
  })
  const source = openEventSource(auth, 'http://api.test/stream', options)
  onTestFinished(() => {
    source.close()
    vi.restoreAllMocks()
  })
  const seen: unknown[] = []
  const errors: EventSourceEvents['error'][] = []
  source.on('open', ({ response }) => seen.push(`open ${response.status}`))
  source.on('event', ({ data }) => seen.push(data))
  source.on('error', (event) => {
    errors.push(event)
    seen.push(event.retryIn)
  })
  source.on('close', ({ reason }) => seen.push(reason))
  const ended = async () => {
    for (let at = 0; at < 50 && !seen.includes('stopped'); at++) await vi.advanceTimersByTimeAsync(30_000)
    return seen
  }
  return { auth, source, seen, errors, ended }
}

test('openEventSource waits 3 s after a loss, until the server names another time', async () => {
  const { ended } = open([() => stream(), () => stream('retry: 20\n'), () => stream()])
  expect(await ended()).toEqual(['open 200', 3000, 'open 200', 20, 'open 200', 20, 'stopped'])
})

test('openEventSource waits longer with each failure, and begins anew after a connection', async () => {
  const lost = () => {
    throw new TypeError('Failed to fetch')
  }
  const { ended, errors } = open([lost, refused, lost, () => stream(), lost], { shouldReconnect: () => true })
  expect(await ended()).toEqual([3000, 6000, 12_000, 'open 200', 3000, 6000, 'stopped'])
  expect(errors.map(({ response }) => response?.status ?? null)).toEqual([null, 503, null, 200, null])
})

test('openEventSource connects at once after a refresh of the token', async () => {
  const { auth, seen } = open([refused, () => stream('data: a\n\n')], { shouldReconnect: () => true })
  await vi.waitFor(() => expect(seen).toEqual([3000]))
  await new Promise((resolve) => setImmediate(resolve))
  auth.emit({ type: 'signed-in' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toEqual([3000])
  await auth.refresh()
  await vi.waitFor(() => expect(seen).toContain('a'))
})

test('openEventSource connects again after a response without a body', async () => {
  const { ended, errors } = open([silent])
  expect(await ended()).toEqual(['open 200', 3000, 'stopped'])
  expect(errors).toMatchObject([{ error: null }])
})

test.each(['text/event-stream;charset=utf-8', 'Text/Event-Stream ; charset=utf-8'])(
  'openEventSource reads a stream of the type %s',
  async (type) => {
    const { ended } = open([() => typed(type, 'data: a\n\n')])
    expect(await ended()).toContain('a')
  },
)

test.each([
  ['503', refused, /refused with 503/],
  ['another type', () => typed('text/html'), /is text\/html, and no text\/event-stream/],
  ['a type before it', () => typed('text/html, text/event-stream'), /is text\/html, text/],
  ['no type', () => new Response(new Blob(['a'])), /is of no type/],
])('openEventSource names what is wrong with a response: %s', async (_, response, message) => {
  const { ended, errors } = open([response])
  expect(await ended()).toEqual([null, 'stopped'])
  expect(errors).toMatchObject([{ error: { message: expect.stringMatching(message) } }])
})

test('openEventSource does not ask the application about a 204, or about a 200 that is no event stream', async () => {
  const shouldReconnect = vi.fn(() => true)
  const none = () => new Response(null, { status: 204 })
  expect(await open([none], { shouldReconnect }).ended()).toEqual(['stopped'])
  expect(await open([() => typed('text/html')], { shouldReconnect }).ended()).toEqual([null, 'stopped'])
  expect(shouldReconnect).not.toHaveBeenCalled()
})

test('openEventSource does not go on reading a response that it refuses', async () => {
  const { response, cancel } = endless('text/html')
  await open([() => response]).ended()
  expect(cancel).toHaveBeenCalledOnce()
})

test('openEventSource stops reading when it is closed, and says so once', async () => {
  const { response, cancel } = endless()
  const { seen, source } = open([() => response])
  await vi.waitFor(() => expect(seen).toEqual(['open 200', 'a']))
  source.close()
  source.close()
  await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
  expect(seen).toEqual(['open 200', 'a', 'closed'])
})

test('openEventSource that a listener closes at its opening delivers nothing', async () => {
  const { seen, source, auth } = open([() => stream('data: a\n\n')])
  source.on('open', () => source.close())
  await vi.waitFor(() => expect(seen).toEqual(['open 200', 'closed']))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([seen, auth.requests.length]).toEqual([['open 200', 'closed'], 1])
})

test('openEventSource that is closed before the response does not open', async () => {
  const { seen, source, auth } = open([() => stream('data: a\n\n')])
  await vi.waitFor(() => expect(auth.requests).toHaveLength(1))
  source.close()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(seen).toEqual(['closed'])
})

test('openEventSource adds the headers of the application to its own', async () => {
  const headers = { Accept: 'text/html', 'X-Tenant': '7' }
  const { auth, ended } = open([() => stream('id: 1\n\n')], { headers, lastEventId: 'é' })
  await ended()
  const sent = auth.requests.map(({ headers, cache }) => [
    headers.get('Accept'),
    headers.get('X-Tenant'),
    headers.get('Last-Event-ID'),
    cache,
  ])
  expect(sent).toEqual([
    ['text/event-stream', '7', 'Ã©', 'no-store'],
    ['text/event-stream', '7', '1', 'no-store'],
  ])
})

test('openEventSource knows the last id, also of a block without data, until another user signs in', async () => {
  const { response } = endless()
  const { auth, source, ended, seen } = open([() => stream('id: 1\n\n'), () => response], {
    lastEventId: '0',
    reopen: true,
  })
  expect(source.lastEventId).toBe('0')
  await vi.waitFor(() => expect(seen).toContain('open 200'))
  await vi.advanceTimersByTimeAsync(3000)
  await vi.waitFor(() => expect(seen).toContain('a'))
  expect(source.lastEventId).toBe('1')
  auth.become(BOB)
  expect(source.lastEventId).toBe('')
  await ended()
})

test('a listener that is removed hears nothing more', async () => {
  const { source, ended } = open([() => stream('data: a\n\ndata: b\n\n')])
  const heard: string[] = []
  const stop = source.on('event', ({ data }) => {
    heard.push(data)
    stop()
  })
  await ended()
  expect(heard).toEqual(['a'])
})

test('a session that is over leaves no listener and no timer', async () => {
  const { auth, seen } = open([refused, refused], { shouldReconnect: () => true })
  await vi.waitFor(() => expect(seen).toEqual([3000]))
  await new Promise((resolve) => setImmediate(resolve))
  await auth.signOut()
  expect(vi.getTimerCount()).toBe(0)
  auth.become(ADA)
  await auth.refresh()
  expect([seen, auth.requests.length]).toEqual([[3000, 'session-ended'], 1])
})
