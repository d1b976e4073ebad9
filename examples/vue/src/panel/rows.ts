import type { Entry, RequestEvent, SessionEvent } from '../stores/timeline'

/** A row of the timeline: a session event, or equal requests with no other entry between them. `key` stays when a row grows. */
export type Row =
  | { key: number; type: 'session'; entry: Entry<SessionEvent> }
  | { key: number; type: 'requests'; entries: [Entry<RequestEvent>, ...Entry<RequestEvent>[]] }

/** The rows of these entries, in the same order: newest first. */
export function rowsOf(entries: readonly Entry[]): Row[] {
  const rows: Row[] = []
  for (const entry of entries) {
    const { id: key } = entry
    if (!isRequest(entry)) {
      rows.push({ key, type: 'session', entry: entry as Entry<SessionEvent> })
      continue
    }
    const last = rows.at(-1)
    if (last?.type === 'requests' && areEqual(last.entries[0], entry)) {
      last.entries.push(entry)
      last.key = key
    } else rows.push({ key, type: 'requests', entries: [entry] })
  }
  return rows
}

const isRequest = (entry: Entry): entry is Entry<RequestEvent> => entry.event.type === 'request'

const areEqual = (one: Entry<RequestEvent>, other: Entry<RequestEvent>) =>
  one.tab === other.tab &&
  one.event.method === other.event.method &&
  one.event.url === other.event.url &&
  one.event.via === other.event.via &&
  one.event.status === other.event.status
