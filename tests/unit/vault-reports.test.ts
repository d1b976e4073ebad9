import { expect, test } from 'vitest'
import type { Requested } from '../../js/vault/request-events.js'
import { fetchMessage, openFakeVault, settled, usePage } from './port.js'

/** The events about requests, which a vault sends only to the pages that asked for them. */

usePage()

const REQUESTED: Requested = {
  type: 'request',
  via: 'direct',
  method: 'GET',
  url: 'https://api.test/x',
  status: 200,
  millis: 5,
}

/** A vault with two pages. The first one has sent a request; `happen` reports it. */
async function twoPages() {
  const { host, connect } = openFakeVault()
  const pages = [await connect(), await connect()] as const
  pages[0].receive(fetchMessage(1))
  await settled()
  const request = host.send.mock.calls[0]?.[0]
  const happen = () => {
    for (const [report] of host.onRequest.mock.calls) report(REQUESTED, request as never)
  }
  const events = () => pages.map((page) => page.of('event').map(({ event }) => event))
  return { host, pages, happen, events }
}

test('no page gets events about requests that it has not asked for', async () => {
  const { happen, events, host } = await twoPages()
  happen()
  expect(host.onRequest).not.toHaveBeenCalled()
  expect(events()).toEqual([[], []])
})

test('a page that has asked gets each event once, with the information whether the request was its own', async () => {
  const { pages, happen, events } = await twoPages()
  pages[0].receive({ type: 'report-requests' })
  happen()
  expect(events()).toEqual([[{ ...REQUESTED, here: true }], []])
  pages[1].receive({ type: 'report-requests' })
  happen()
  expect(events()).toEqual([
    [
      { ...REQUESTED, here: true },
      { ...REQUESTED, here: true },
    ],
    [{ ...REQUESTED, here: false }],
  ])
})

test('what is not a message of this package gets no answer', async () => {
  const { pages } = await twoPages()
  const before = pages[0].posted.length
  for (const data of [null, 'text', {}, { type: 'unknown', id: 9 }]) pages[0].receive(data)
  await settled()
  expect([pages[0].posted.length, pages[0].thrown]).toEqual([before, []])
})
