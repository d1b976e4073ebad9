import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { warnAboutRelativeUrls } from '../../js/client/development/relative.js'
import { hearOrigins } from '../../js/client/development/report.js'
import type { AuthEvent, SessionFailure, Snapshot } from '../../js/common/types.js'
import { createAuth } from '../../js/development.js'
import type { Vault } from '../../js/protocol/vault.js'
import { vaultError } from '../../js/vault/errors.js'
import { ADA, FakePort, stubPage, WELCOME } from './port.js'
import { scripted } from './scripted-vault.js'

const API = 'https://api.example.com'

beforeEach(() => {
  stubPage()
  for (const level of ['warn', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const warnings = () => vi.mocked(console.warn).mock.calls.map(([text]) => String(text))

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const page = () => new Response('<!doctype html>', { headers: HTML })
const missing = () => new Response('{}', { status: 404, headers: { 'content-type': 'text/json' } })

/** Requests these inputs. Each response is a page of HTML, unless `answer` makes others. */
async function request(
  inputs: (string | URL | Request)[],
  { answer = page, origins = [API] }: { answer?: () => Response; origins?: string[] | undefined } = {},
) {
  const fetch = warnAboutRelativeUrls(
    async () => answer(),
    () => origins,
  )
  for (const input of inputs) await fetch(input)
  return warnings()
}

test('a relative URL that the server of the page answers with a page is warned about once, with the URL to write', async () => {
  const [text, ...more] = await request(['/todos', '/todos'])
  expect(text).toBe(
    `[tokencell] auth.fetch('/todos') was sent to the page's own origin, https://app.test, as fetch does. The response was HTML with status 200. ` +
      `The request had no token, because \`origins\` in the vault file contains only ${API}. Write the full URL of the API: '${API}/todos'.`,
  )
  expect(more).toEqual([])
})

test('a relative URL that the server of the page does not know is warned about, with all origins of the API', async () => {
  const origins = [API, 'https://files.example.com']
  const [text] = await request(['todos/http:1'], { answer: missing, origins })
  expect(text).toContain('The response was status 404.')
  expect(text).toContain('only https://api.example.com, https://files.example.com.')
  expect(text).toContain(`'${API}/todos/http:1'`)
})

test('an error without a content type is warned about, and a file of the page is not', async () => {
  const unknown = () => new Response(null, { status: 500 })
  expect(await request(['/a'], { answer: unknown })).toHaveLength(1)
  const file = () => new Response('{}', { headers: { 'content-type': 'application/json' } })
  expect(await request(['/b'], { answer: file })).toHaveLength(1)
  expect(await request(['/c'], { answer: () => new Response(null) })).toHaveLength(1)
})

test.each(['https://api.example.com/a', 'HTTPS://api.example.com/a', '//cdn.test/a', 'x-9.a+b:c', 'a:b'])(
  'the URL %s is not relative, and causes no warning',
  async (url) => {
    expect(await request([url], { answer: missing })).toEqual([])
  },
)

test('a URL object or a Request causes no warning, because it is never relative', async () => {
  const url = new URL('https://app.test/todos')
  expect(await request([url, new Request(url)], { answer: missing })).toEqual([])
})

test('a page on an origin of the API, or whose vault has not started, gets no warning', async () => {
  expect(await request(['/todos'], { origins: [API, 'https://app.test'] })).toEqual([])
  const fetch = warnAboutRelativeUrls(
    async () => missing(),
    () => undefined,
  )
  expect((await fetch('/todos')).status).toBe(404)
  expect(warnings()).toEqual([])
})

test('the caller gets the response, with or without a warning', async () => {
  const answers = [page(), missing(), new Response('ok')]
  for (const answer of answers) {
    const send = vi.fn(async () => answer)
    const init = { method: 'POST' }
    expect(await warnAboutRelativeUrls(send, () => [API])('/todos', init)).toBe(answer)
    expect(send).toHaveBeenCalledWith('/todos', init)
  }
})

/** A client in development. The test plays its vault. */
async function develop(origins = [API]) {
  const { placement, vault, show, tell } = scripted()
  vault.origins.mockResolvedValue(origins)
  await createAuth(placement).ready
  return {
    show: (fields: Partial<Snapshot>) => show({ ...ADA, ...fields } as Snapshot),
    failRefresh: (failure: SessionFailure | 'refused') =>
      tell({ type: 'refresh-failed', failure } as AuthEvent),
    tell,
  }
}

test('an API that does not respond to a refresh is reported once, until it has granted one', async () => {
  const { failRefresh, tell, show } = await develop()
  failRefresh('unreachable')
  failRefresh('unreachable')
  show({ failure: 'unreachable' })
  expect(warnings()).toEqual([
    `[tokencell] ${API} does not respond to a refresh, or responds with a status that neither grants nor refuses it. The session is kept, and the refresh is repeated until the API grants or refuses it. Check that the API runs. \`npx tokencell doctor\` examines it.`,
  ])
  tell({ type: 'signed-in' })
  failRefresh('unreachable')
  expect(warnings()).toHaveLength(1)
  tell({ type: 'refreshed' } as AuthEvent)
  failRefresh('unreachable')
  expect(warnings()).toHaveLength(2)
})

test('a page that opens while the API is down reports this, and does so again after the status was known', async () => {
  const { show } = await develop()
  show({ status: 'loading', failure: 'unreachable' })
  show({ status: 'loading', failure: null })
  show({ status: 'loading', failure: 'unreachable' })
  expect(warnings()).toHaveLength(1)
  show({ failure: null })
  show({ failure: 'unreachable' })
  expect(warnings()).toHaveLength(2)
})

test('a refresh response that does not fit the options is reported as such', async () => {
  const { failRefresh } = await develop([API, 'https://eu.example.com'])
  failRefresh('malformed')
  expect(warnings()).toEqual([
    expect.stringContaining(
      `${API}, https://eu.example.com sends a refresh response that does not fit the options in the vault file.`,
    ),
  ])
})

test('a refused refresh, and events of the session, cause no warning', async () => {
  const { failRefresh, tell } = await develop()
  failRefresh('refused')
  tell({ type: 'signed-in' })
  tell({ type: 'refreshed' } as AuthEvent)
  expect(warnings()).toEqual([])
  expect(console.error).not.toHaveBeenCalled()
})

test('a vault that cannot start is logged, with its message as text', async () => {
  const error = vaultError('vault-failed')
  createAuth({ page: () => Promise.reject(error) })
  await vi.waitFor(() => expect(console.error).toHaveBeenCalled())
  expect(vi.mocked(console.error).mock.calls).toEqual([[`[tokencell] ${error.message}`, error]])
})

test('before the origins are known, an API that does not respond is called the API', async () => {
  const { placement, vault, show } = scripted()
  vault.origins.mockRejectedValueOnce(new Error('not yet'))
  await createAuth(placement).ready
  show({ ...ADA, failure: 'unreachable' } as Snapshot)
  expect(warnings()).toEqual([expect.stringMatching(/^\[tokencell\] The API does not respond/)])
})

test('the origins are learnt from the welcome of a vault in a worker, shared or not, and from no other message', () => {
  const learn = vi.fn()
  const [port, worker] = [new FakePort(), new FakePort()]
  const made = { port } as unknown as SharedWorker
  const placement = hearOrigins({ shared: () => made, worker: () => worker as unknown as Worker }, learn)
  expect(placement.page).toBeUndefined()
  expect([placement.shared?.(), placement.worker?.()]).toEqual([made, worker])
  for (const end of [port, worker]) {
    end.receive(null)
    end.receive({ type: 'ping', instance: 'a' })
    end.receive({ type: 'snapshot', origins: ['https://wrong.test'] })
  }
  expect(learn).not.toHaveBeenCalled()
  for (const end of [port, worker]) {
    end.receive(WELCOME)
    expect(end.thrown).toEqual([])
  }
  expect(learn.mock.calls).toEqual([[WELCOME.origins], [WELCOME.origins]])
})

test('the origins are learnt from a vault in the page, and a file without a vault is passed on', async () => {
  const { placement, vault } = scripted()
  const learn = vi.fn()
  const heard = hearOrigins(placement, learn)
  expect(Object.keys(heard)).toEqual(['page'])
  expect((await heard.page?.())?.default).toBe(vault)
  expect(learn).toHaveBeenCalledWith([API])
  const empty = hearOrigins({ page: async () => ({}) as { default: Vault } }, learn)
  expect(await empty.page?.()).toEqual({})
})
