import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../../../js/common/errors.js'
import { type OpenSocketOptions, openSocket } from '../../../js/sockets/index.js'
import { ADA, BOB, openSocketServer, ticketed } from './server.js'

/** What an application and a server learn about the end of a connection, and about the next one. */

// Pauses have no jitter.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

/** The API fails like this at first. */
async function open(more: Partial<OpenSocketOptions> = {}, failure?: Error) {
  const api = ticketed()
  if (failure) api.fail(failure)
  const server = await openSocketServer(api.redeem)
  const url = (ticket: string) => `${server.url}?ticket=${ticket}`
  const kept = openSocket(api.auth, { ticket: '/api/ticket', url, ...more })
  onTestFinished(() => kept.close())
  const seen: unknown[] = []
  kept.on('open', () => seen.push('open'))
  kept.on('close', ({ reason, retryIn }) => seen.push([reason, retryIn]))
  kept.on('error', ({ error, retryIn }) => seen.push([(error as AuthError).code, retryIn]))
  kept.on('message', ({ data }) => seen.push(data))
  const until = (expected: unknown[]) => vi.waitFor(() => expect(seen).toEqual(expected), 5000)
  return { api, server, kept, seen, until }
}

/** Events that have arrived are delivered. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

for (const [reason, end] of [
  ['closed', ({ kept }) => kept.close()],
  ['session-ended', ({ api }) => api.auth.signOut()],
  ['refreshed', ({ api }) => api.auth.refresh()],
] as [string, (opened: Awaited<ReturnType<typeof open>>) => unknown][])
  test(`the server gets the code 1000 and the reason ${reason}`, async () => {
    const opened = await open({ onRefresh: 'reconnect' })
    await opened.until(['open'])
    await end(opened)
    await opened.server.ended(0)
    expect(opened.server.closes).toEqual([[1000, reason]])
  })

test('a connection that is lost early counts as a failure, and one of 5 s does not', async () => {
  const { server, until } = await open()
  await until(['open'])
  server.connections[0]?.terminate()
  await until(['open', ['lost', 500], 'open'])
  const openedAt = performance.now()
  server.connections[1]?.terminate()
  const soFar = ['open', ['lost', 500], 'open', ['lost', 1000], 'open']
  await until(soFar)
  vi.spyOn(performance, 'now').mockReturnValue(openedAt + 60_000)
  server.connections[2]?.terminate()
  await until([...soFar, ['lost', 500], 'open'])
})

test('a pause is as long as the API asks for', async () => {
  const { seen, until } = await open({}, new AuthError('refused', 'no', { status: 503, retryAfter: 7000 }))
  await until([['refused', 7000]])
  expect(seen).toHaveLength(1)
})

test('a refresh ends a pause', async () => {
  const failure = new AuthError('refused', 'no', { status: 429, retryAfter: 60_000 })
  const { api, until } = await open({}, failure)
  await until([['refused', 60_000]])
  api.refuse()
  await turn()
  await api.auth.refresh()
  await until([['refused', 60_000], 'open'])
})

test('a socket that stops says so once', async () => {
  const { kept, server, until, seen } = await open({ shouldReconnect: () => false })
  await until(['open'])
  server.connections[0]?.close(4403)
  await until(['open', ['stopped', null]])
  kept.close()
  kept.close()
  await turn()
  expect(seen).toEqual(['open', ['stopped', null]])
})

test('a socket that waits for a refresh after a refusal says that it is closed', async () => {
  const { kept, until } = await open({}, new AuthError('refused', 'no', { status: 403 }))
  await until([['refused', null]])
  kept.close()
  await until([
    ['refused', null],
    ['closed', null],
  ])
})

test('a socket that is closed during a pause says so, and has no further connection', async () => {
  const { api, kept, server, until } = await open()
  await until(['open'])
  server.connections[0]?.terminate()
  await until(['open', ['lost', 500]])
  expect(kept.socket).toBeNull()
  expect(kept.send('a')).toBe(false)
  kept.close()
  await until(['open', ['lost', 500], ['closed', null]])
  await api.auth.refresh()
  await turn()
  expect(api.asked()).toBe(1)
})

test('a socket that reopens says nothing about a user whose ticket has not arrived', async () => {
  const { api, server, until } = await open({ reopen: true })
  api.auth.become(BOB)
  await until(['open'])
  expect(server.admitted).toEqual(['Bob'])
})

test('nothing can be sent over a socket that is closing', async () => {
  const { kept, until } = await open()
  await until(['open'])
  kept.socket?.close()
  expect(kept.send('a')).toBe(false)
})

test('events other than a refresh do not change the connection', async () => {
  const onRefresh = vi.fn()
  const { api, until, server } = await open({ onRefresh })
  await until(['open'])
  api.auth.emit({ type: 'signed-in' })
  await turn()
  expect([api.asked(), onRefresh.mock.calls.length]).toEqual([1, 0])
  server.connections[0]?.send('still here')
  await until(['open', 'still here'])
})

test('a ticket that is refused after a refresh is reported, and the connection stays', async () => {
  const { api, until, kept } = await open({ onRefresh() {} })
  await until(['open'])
  api.refuse('refused', 403)
  await api.auth.refresh()
  await until(['open', ['refused', null]])
  expect(kept.socket?.readyState).toBe(WebSocket.OPEN)
})

test('a ticket of a refresh is not handed out when its connection is gone', async () => {
  const onRefresh = vi.fn()
  const { api, kept, until } = await open({ onRefresh })
  await until(['open'])
  // After the listener that has asked for the ticket.
  api.auth.onEvent(() => kept.close())
  await api.auth.refresh()
  await turn()
  expect(api.asked()).toBe(2)
  expect(onRefresh).not.toHaveBeenCalled()
})

test('a ticket that fails after its connection is gone is no error of the next one', async () => {
  const { api, kept, until, seen } = await open({ onRefresh() {} })
  await until(['open'])
  api.refuse('refused', 403)
  api.auth.onEvent(() => kept.close())
  await api.auth.refresh()
  await turn()
  expect(api.asked()).toBe(2)
  expect(seen).toEqual(['open', ['closed', null]])
})

test('a refresh without an open connection asks for no ticket', async () => {
  const { api, kept, until } = await open({ onRefresh() {} })
  await until(['open'])
  kept.close()
  await api.auth.refresh()
  await turn()
  expect(api.asked()).toBe(1)
})

test('an error of the URL is reported, and is not repeated before a refresh', async () => {
  let url = 'no URL'
  const { server, api, until } = await open({ url: (ticket) => `${url}?ticket=${ticket}` })
  await until([[undefined, null]])
  url = server.url
  await turn()
  await api.auth.refresh()
  await until([[undefined, null], 'open'])
  expect(api.asked()).toBe(2)
})

test('a session of another user ends a pause of the one before', async () => {
  const failure = new AuthError('refused', 'no', { status: 429, retryAfter: 60_000 })
  const { api, until, server } = await open({ reopen: true }, failure)
  await until([['refused', 60_000]])
  api.refuse()
  await turn()
  api.auth.become('signed-out')
  await turn()
  expect(api.asked(), 'nobody is signed in').toBe(1)
  api.auth.become(ADA)
  await until([['refused', 60_000], 'open'])
  expect(server.admitted).toEqual(['Ada'])
})
