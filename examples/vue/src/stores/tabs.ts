import { defineStore } from 'pinia'
import { computed, onScopeDispose, reactive, shallowReactive, watch } from 'vue'

/** A tab of this application. */
export interface Tab {
  id: string
  /** The lowest number that was free when the tab was opened. It is shown to users. */
  number: number
  /** In milliseconds since the epoch. */
  openedAt: number
  page: string
  isVisible: boolean
  /** The number of its requests since it was loaded. */
  requests: number
}

/** Describes the tab that sends it. `made`: the durations of its new requests, in milliseconds. */
type Message = { type: 'hello' | 'here'; tab: Tab; made: number[] } | { type: 'bye'; id: string }

type MadeListener = (id: string, millis: number) => void

const ASK_EVERY = 2000
const PATIENCE = 2

/** The open tabs. They describe themselves to each other over a channel, which carries no data of the user. */
export const useTabs = defineStore('tabs', () => {
  const here: Tab = reactive({
    id: crypto.randomUUID(),
    number: 1,
    openedAt: performance.timeOrigin,
    page: '',
    isVisible: isVisible(),
    requests: 0,
  })
  const others = shallowReactive(new Map<string, Tab>())
  const tabs = computed(() => [here, ...others.values()].toSorted((a, b) => a.number - b.number))
  /** The numbers of all tabs by id, also of closed tabs. */
  const numbers = reactive(new Map<string, number>())
  const unanswered = new Map<string, number>()
  const listeners = new Set<MadeListener>()
  let made: number[] = []
  let channel: BroadcastChannel | undefined

  function tell(type: 'hello' | 'here') {
    channel?.postMessage({ type, tab: { ...here }, made } satisfies Message)
    made = []
  }

  function hear({ data }: MessageEvent<Message>) {
    if (data.type === 'bye') return forget(data.id)
    const { tab } = data
    others.set(tab.id, tab)
    numbers.set(tab.id, tab.number)
    unanswered.delete(tab.id)
    for (const millis of data.made) for (const listener of listeners) listener(tab.id, millis)

    if (tab.number === here.number && isOlder(tab, here)) here.number = lowestFree()
    if (data.type === 'hello') tell('here')
  }

  function lowestFree() {
    const taken = new Set([...others.values()].map(({ number }) => number))
    let number = 1
    while (taken.has(number)) number += 1
    return number
  }

  // Browsers slow down the timers of background tabs. So only visible tabs send `hello`, and all tabs respond.
  function check() {
    if (!here.isVisible) return
    for (const id of others.keys()) {
      const times = unanswered.get(id) ?? 0
      if (times >= PATIENCE) forget(id)
      else unanswered.set(id, times + 1)
    }
    tell('hello')
  }

  function forget(id: string) {
    others.delete(id)
    unanswered.delete(id)
  }

  function join() {
    if (channel) return
    channel = new BroadcastChannel('tokencell-example.tabs')
    channel.onmessage = hear
    tell('hello')
  }

  // A page in the back/forward cache does not count as open.
  function leave() {
    channel?.postMessage({ type: 'bye', id: here.id } satisfies Message)
    channel?.close()
    channel = undefined
    others.clear()
    unanswered.clear()
  }

  function look() {
    here.isVisible = isVisible()
  }

  join()
  watch(here, () => tell('here'))
  addEventListener('pageshow', join)
  addEventListener('pagehide', leave)
  document.addEventListener('visibilitychange', look)
  const timer = setInterval(check, ASK_EVERY)
  // Runs with the store's `$dispose()`.
  onScopeDispose(() => {
    leave()
    clearInterval(timer)
    removeEventListener('pageshow', join)
    removeEventListener('pagehide', leave)
    document.removeEventListener('visibilitychange', look)
  })

  return {
    here,
    tabs,
    /** The number of the tab with this id, also after it was closed. */
    numberOf: (id: string) => (id === here.id ? here.number : numbers.get(id)),
    /** To be called when this tab has got a response. */
    countRequest(millis: number) {
      made.push(millis)
      here.requests += 1
    },
    /** Calls the listener for every response that another tab has got. */
    onRequest(listener: MadeListener) {
      listeners.add(listener)
    },
  }
})

const isVisible = () => document.visibilityState === 'visible'

const isOlder = (one: Tab, other: Tab) =>
  one.openedAt < other.openedAt || (one.openedAt === other.openedAt && one.id < other.id)
