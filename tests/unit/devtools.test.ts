// @vitest-environment jsdom
import { setupDevToolsPlugin } from '@vue/devtools-api'
import { expect, test, vi } from 'vitest'
import { createApp } from 'vue'
import { authDevtools } from '../../js/adapters/devtools.js'
import type { AuthEvent } from '../../js/common/types.js'
import { createTestAuth } from '../../js/testing.js'

vi.mock('@vue/devtools-api')

type Setup = Parameters<typeof setupDevToolsPlugin>[1]
type Api = Parameters<Setup>[0]

/** The devtools' side of the plugin: its handlers, and the calls that it gets. */
function connect() {
  const auth = createTestAuth({ session: { user: { name: 'Ada' }, claims: { sub: '1' } } })
  const app = createApp({ render: () => null }).use(authDevtools(auth))
  const handlers: Record<string, (payload: object) => void> = {}
  const keep = (what: string) => (handler: () => void) => {
    handlers[what] = handler
  }
  const api = {
    now: () => 7,
    addTimelineLayer: vi.fn(),
    addInspector: vi.fn(),
    addTimelineEvent: vi.fn(),
    sendInspectorState: vi.fn(),
    on: {
      getInspectorTree: keep('tree'),
      getInspectorState: keep('state'),
    },
  }
  const setup = vi.mocked(setupDevToolsPlugin).mock.lastCall?.[1] as Setup
  setup(api as unknown as Api)
  const ask = (what: string, inspectorId = 'tokencell') => {
    const payload = { inspectorId } as { inspectorId: string; rootNodes?: unknown; state?: unknown }
    handlers[what]?.(payload)
    return payload.rootNodes ?? payload.state
  }
  return { auth, app, api, ask }
}

test('the inspector shows the current session, and is updated when it changes', () => {
  const { auth, api, ask } = connect()
  expect(ask('tree')).toEqual([{ id: 'tokencell', label: 'Session' }])
  expect(ask('state')).toMatchObject({
    Session: expect.arrayContaining([{ key: 'user', value: { name: 'Ada' } }]),
  })
  auth.become('revoked')
  expect(api.sendInspectorState).toHaveBeenCalledWith('tokencell')
  expect(ask('state')).toMatchObject({
    Session: expect.arrayContaining([{ key: 'reason', value: 'revoked' }]),
  })
  expect([ask('tree', 'pinia'), ask('state', 'pinia')], 'the plugin ignores other inspectors').toEqual([
    undefined,
    undefined,
  ])
})

const request = {
  type: 'request',
  method: 'GET',
  url: 'https://a.test/',
  status: 200,
  millis: 5,
  here: true,
} as const

test.each<[AuthEvent, shown: object]>([
  [
    { type: 'refresh-started', trigger: 'due' },
    { title: 'refresh-started', logType: 'default' },
  ],
  [
    { type: 'refreshed', generation: 2 },
    { title: 'refreshed', data: { generation: 2 } },
  ],
  [
    { type: 'refresh-failed', failure: 'unreachable', retryAt: 9 },
    { logType: 'warning', data: { retryAt: 9 } },
  ],
  [
    { type: 'ended', reason: 'revoked' },
    { title: 'ended', logType: 'warning' },
  ],
  [
    { type: 'user-failed', status: 404 },
    { title: 'user-failed', subtitle: '404', logType: 'warning' },
  ],
  [
    { type: 'step-up-required', url: 'https://a.test/pay', acrValues: 'otp', maxAge: null },
    { subtitle: 'https://a.test/pay, otp', logType: 'warning' },
  ],
  [
    { type: 'idle-warning', endsAt: 9 },
    { title: 'idle-warning', logType: 'warning' },
  ],
  [
    { ...request, via: 'waited' },
    { title: 'waited', subtitle: 'GET https://a.test/' },
  ],
] as [AuthEvent, object][])('the timeline shows %j', (event, shown) => {
  const { auth, api } = connect()
  auth.emit(event)
  expect(api.addTimelineEvent).toHaveBeenCalledWith({
    layerId: 'tokencell',
    event: expect.objectContaining({
      time: 7,
      ...Object.fromEntries(
        Object.entries(shown).map(([key, value]) => [
          key,
          value instanceof Object ? expect.objectContaining(value) : value,
        ]),
      ),
    }),
  })
})

test('after an app is unmounted, the timeline gets no more events', () => {
  const { auth, app, api } = connect()
  app.mount(document.createElement('div'))
  app.unmount()
  auth.emit({ type: 'signed-in' })
  expect(api.addTimelineEvent).not.toHaveBeenCalled()
})
