// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { computed, createApp, defineComponent, h, nextTick, onUnmounted, ref } from 'vue'
import { type ActivityOptions, trackActivity } from '../../js/adapters/idle.js'
import { authPlugin, useAuth } from '../../js/adapters/vue.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'

beforeEach(() => void vi.useFakeTimers())
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const ADA = { user: { name: 'Ada' } }

function track(session: TestSession<unknown> = ADA, options?: ActivityOptions) {
  const auth = createTestAuth<unknown>({ session })
  const stay = vi.spyOn(auth, 'stay')
  const stop = trackActivity(auth, options)
  stops.push(stop)
  return { auth, stop, stays: () => stay.mock.calls.length, stay }
}

const happen = (name: string) => document.body.dispatchEvent(new Event(name, { bubbles: true }))

test.each(['keydown', 'pointerdown', 'pointermove', 'touchmove', 'wheel'])(
  '%s counts as activity',
  (name) => {
    const { stays } = track()
    expect(stays()).toBe(0)
    happen(name)
    expect(stays()).toBe(1)
  },
)

test('the return to this tab counts as activity, and its end does not', () => {
  const { stays } = track()
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  expect(stays()).toBe(0)
  visibility.mockReturnValue('visible')
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
  expect(stays()).toBe(1)
})

test('an event whose propagation the application stops counts', () => {
  const { stays } = track()
  const stop = (event: Event) => event.stopPropagation()
  document.body.addEventListener('keydown', stop)
  happen('keydown')
  document.body.removeEventListener('keydown', stop)
  expect(stays()).toBe(1)
})

test.each([
  ['30 s', undefined, 30],
  ['the time that the application sets', { every: 5 }, 5],
])('`stay` is called at most once in %s', (_, options, seconds) => {
  const { stays } = track(ADA, options)
  for (let times = 0; times < 9; times++) happen('pointermove')
  vi.advanceTimersByTime(seconds * 1000 - 1)
  happen('pointermove')
  expect(stays()).toBe(1)
  vi.advanceTimersByTime(1)
  expect(stays(), 'time alone is no activity').toBe(1)
  happen('pointermove')
  expect(stays()).toBe(2)
})

test('activity during the warning ends the warning at once', async () => {
  const { auth, stays } = track()
  happen('keydown')
  auth.become({ ...ADA, idle: { endsAt: 9 } })
  happen('keydown')
  expect(stays()).toBe(2)
  await vi.waitFor(() => expect(auth.snapshot.idle).toBe(null))
  happen('keydown')
  expect(stays()).toBe(2)
})

test('nothing counts while no user is signed in, or after the end', () => {
  const { auth, stop, stays } = track('never')
  happen('keydown')
  auth.become('loading')
  happen('keydown')
  auth.become(ADA)
  stop()
  happen('keydown')
  expect(stays()).toBe(0)
})

test('a vault that does not answer causes no error', async () => {
  const { stay } = track()
  stay.mockRejectedValue(new Error('lost'))
  happen('keydown')
  await expect(stay.mock.results[0]?.value).rejects.toThrow('lost')
})

test('on a server nothing is tracked', () => {
  vi.stubGlobal('document', undefined)
  expect(track().stop()).toBe(undefined)
})

/** The dialog of the README. */
const Warning = defineComponent(() => {
  const { idle, stay } = useAuth()
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1000)
  onUnmounted(() => clearInterval(timer))
  const seconds = computed(() => Math.max(0, Math.ceil(((idle.value?.endsAt ?? 0) - now.value) / 1000)))
  return () => (idle.value ? h('button', { onClick: () => stay() }, `${seconds.value} s`) : null)
})

test('the dialog of the README counts down during the warning, and its button ends the warning', async () => {
  const auth = createTestAuth<unknown>({ session: ADA })
  const app = createApp(Warning).use(authPlugin(auth))
  const root = document.createElement('div')
  app.mount(root)
  const shown = async () => {
    await nextTick()
    return root.textContent
  }
  expect(await shown()).toBe('')
  auth.become({ ...ADA, idle: { endsAt: Date.now() + 60_000 } })
  expect(await shown()).toBe('60 s')
  vi.advanceTimersByTime(3000)
  expect(await shown()).toBe('57 s')
  root.querySelector('button')?.click()
  await vi.waitFor(() => expect(auth.snapshot).toMatchObject({ status: 'authenticated', idle: null }))
  expect(await shown()).toBe('')
  app.unmount()
})
