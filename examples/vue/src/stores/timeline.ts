import { defineStore } from 'pinia'
import type { AuthEvent } from 'tokencell'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { auth } from '../auth'

export type RequestEvent = Extract<AuthEvent, { type: 'request' }>
export type SessionEvent = Exclude<AuthEvent, RequestEvent>
export type Course = RequestEvent['course']

export interface Entry<Event = AuthEvent> {
  id: number
  /** In milliseconds since the epoch. */
  at: number
  event: Event
}

const KEPT = 200

/** What the session did since the page was loaded; the last 200 entries, newest first, and counts of all. */
export const useTimeline = defineStore('timeline', () => {
  const entries = shallowRef<readonly Entry[]>([])
  const refreshes = ref(0)
  const byCourse = ref<Record<Course, number>>({
    direct: 0,
    waited: 0,
    retried: 0,
    anonymous: 0,
    'not-replayed': 0,
  })
  const requests = computed(() => Object.values(byCourse.value).reduce((sum, count) => sum + count, 0))
  let lastId = 0

  const stop = auth.onEvent((event) => {
    lastId += 1
    entries.value = [{ id: lastId, at: Date.now(), event }, ...entries.value.slice(0, KEPT - 1)]
    if (event.type === 'refreshed') refreshes.value += 1
    if (event.type === 'request') byCourse.value[event.course] += 1
  })
  // Runs with the store's `$dispose()`.
  onScopeDispose(stop)

  return { entries, refreshes, requests, byCourse }
})
