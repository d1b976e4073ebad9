import { defineStore } from 'pinia'
import type { AuthEvent } from 'tokencell'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { auth } from '../auth'
import { grantedAt } from '../granted'
import { useTabs } from './tabs'

export type RequestEvent = Extract<AuthEvent, { type: 'request' }>
/** `joined`: the token is older than the page, so the page needed no refresh. */
export type SessionEvent = Exclude<AuthEvent, RequestEvent> | { type: 'joined' }
export type DeliveryPath = RequestEvent['via']

export interface Entry<Event = RequestEvent | SessionEvent> {
  id: number
  /** In milliseconds since the epoch. */
  at: number
  event: Event
  /** The id of the tab that made the request; `null` until that tab has sent it. */
  tab: string | null
}

const KEPT = 1000
const NEEDS_TOKEN: ReadonlySet<DeliveryPath> = new Set(['waited', 'retried', 'not-replayed'])

/** The events since the page was loaded: the last 1000 entries, newest first, and the counts of all. */
export const useTimeline = defineStore('timeline', () => {
  const tabs = useTabs()
  const entries = shallowRef<readonly Entry[]>([])
  const refreshes = ref(0)
  const withNewToken = ref(0)
  const byPath = ref<Record<DeliveryPath, number>>({
    direct: 0,
    waited: 0,
    retried: 0,
    anonymous: 0,
    'not-replayed': 0,
  })
  const requests = computed(() => Object.values(byPath.value).reduce((sum, count) => sum + count, 0))
  // Requests that other tabs have reported, but the vault has not yet.
  const claims: { tab: string; millis: number }[] = []
  let lastId = 0

  function add(event: Entry['event'], tab: string | null = null) {
    lastId += 1
    entries.value = [{ id: lastId, at: Date.now(), event, tab }, ...entries.value.slice(0, KEPT - 1)]
  }

  function addRequest(event: RequestEvent) {
    byPath.value[event.via] += 1
    if (event.here) {
      if (NEEDS_TOKEN.has(event.via)) withNewToken.value += 1
      tabs.countRequest(event.millis)
      return add(event, tabs.here.id)
    }
    const claim = claims.findIndex(({ millis }) => millis === event.millis)
    add(event, claim < 0 ? null : (claims.splice(claim, 1)[0]?.tab ?? null))
  }

  // The vault reports only whether this tab made a request. The tab that made it reports its duration, and the entry with the
  // same duration is this request.
  tabs.onRequest((tab, millis) => {
    const found = entries.value.findLast(
      ({ event, tab }) => event.type === 'request' && tab === null && event.millis === millis,
    )
    if (found) entries.value = entries.value.map((entry) => (entry === found ? { ...entry, tab } : entry))
    else if (claims.push({ tab, millis }) > KEPT) claims.shift()
  })

  const stopEvents = auth.onEvent((event) => {
    if (event.type === 'request') return addRequest(event)
    if (event.type === 'refreshed') refreshes.value += 1
    add(event)
  })
  const stopWaiting = auth.subscribe((snapshot) => {
    if (snapshot.status === 'loading') return
    stopWaiting()
    const since = grantedAt(snapshot)
    if (since !== null && since < performance.timeOrigin) add({ type: 'joined' })
  })
  // Runs with the store's `$dispose()`.
  onScopeDispose(() => {
    stopEvents()
    stopWaiting()
  })

  return {
    entries,
    refreshes,
    /** The number of requests of this tab that found the token refused or expired. */
    withNewToken,
    requests,
    byPath,
  }
})
