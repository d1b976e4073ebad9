import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventParser, type ServerEvent } from '../../../js/sockets/event-parser.js'

const bytes = (text: string) => new TextEncoder().encode(text)

function parse(chunks: Uint8Array[], lastEventId = '') {
  const events: ServerEvent[] = []
  const retries: number[] = []
  const parser = createEventParser({
    lastEventId,
    onEvent: (event) => events.push(event),
    onRetry: (millis) => retries.push(millis),
  })
  for (const chunk of chunks) parser.push(chunk)
  return { events, retries, lastEventId: parser.lastEventId }
}

const message = (data: string, more = {}) => ({ type: 'message', data, lastEventId: '', ...more })

/** The examples of the standard, and its rules one by one. */
for (const [title, text, events] of [
  ['lines of data are joined', 'data: YHOO\ndata: +2\ndata: 10\n\n', [message('YHOO\n+2\n10')]],
  ['an incomplete last event is dropped', 'data: a\n\ndata: b\n', [message('a')]],
  ['a comment is ignored', ': test stream\n\n:data: x\ndata: a\n\n', [message('a')]],
  ['a field without a colon has an empty value', 'data\n\ndata\ndata\n\ndata:', [message(''), message('\n')]],
  [
    'only one space after the colon is removed',
    'data:test\n\ndata:  test\n\n',
    [message('test'), message(' test')],
  ],
  ['a name with spaces or capitals is another field', ' data: a\n data:b\nData: c\n\n', []],
  [
    'a type is for one event only',
    'event: add\ndata: 1\n\ndata: 2\n\n',
    [message('1', { type: 'add' }), message('2')],
  ],
  ['an event without data is none, and takes its type with it', 'event: add\n\ndata: 2\n\n', [message('2')]],
  [
    'an id stays',
    'id: 7\ndata: a\n\ndata: b\n\n',
    [message('a', { lastEventId: '7' }), message('b', { lastEventId: '7' })],
  ],
  [
    'an empty id clears the last one',
    'id: 7\ndata: a\n\nid\ndata: b\n\n',
    [message('a', { lastEventId: '7' }), message('b')],
  ],
  ['an id with NULL is ignored', 'id: 7\0\ndata: a\n\n', [message('a')]],
  [
    'all three ends of lines',
    'data: a\r\rdata: b\r\n\r\ndata: c\n\n',
    [message('a'), message('b'), message('c')],
  ],
  ['CR and LF end one line, LF and CR two', 'data: a\n\rdata: b\r\n\n', [message('a'), message('b')]],
  ['one byte order mark is removed', '\uFEFFdata: a\n\n', [message('a')]],
  ['a second byte order mark is part of the field name', '\uFEFF\uFEFFdata: a\n\n', []],
  ['a colon in a value stays', 'data: a:b\n\n', [message('a:b')]],
  ['unknown fields are ignored', 'foo: bar\ndata: a\nbaz\n\n', [message('a')]],
] as const)
  test(`event stream: ${title}`, () => {
    expect(parse([bytes(text)]).events).toEqual(events)
  })

test('event stream: only digits are a time to reconnect', () => {
  expect(
    parse([bytes('retry: 10\nretry: 1e3\nretry: -1\nretry: 1.5\nretry:\nretry: 020\n')]).retries,
  ).toEqual([10, 20])
})

test('event stream: an id counts from the end of its block, with or without data', () => {
  expect(parse([bytes('id: 1\n\nid: 2\ndata: a\n')]).lastEventId).toBe('1')
})

test('event stream: an id of an earlier connection stays until there is another', () => {
  expect(parse([bytes('data: a\n\n')], '9').events).toEqual([message('a', { lastEventId: '9' })])
})

test('event stream: invalid bytes are replaced', () => {
  const { events } = parse([bytes('data: '), Uint8Array.of(0xff, 0x61), bytes('\n\n')])
  expect(events).toEqual([message('\uFFFDa')])
})

test('event stream: a line of a megabyte in small chunks is read in linear time', () => {
  const chunk = bytes('x'.repeat(10))
  const chunks = [bytes('data: '), ...Array.from({ length: 100_000 }, () => chunk), bytes('\n\n')]
  expect(parse(chunks).events[0]?.data).toHaveLength(1_000_000)
})

const end = fc.constantFrom('\n', '\r', '\r\n')
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', ' ', ':', '\0', '\uFEFF', '🦜', '12', 'é'),
)
const name = fc.constantFrom('data', 'data', 'data', 'event', 'id', 'retry', '', 'other', '\uFEFFdata')
const separator = fc.constantFrom(': ', ':', '')
const line = fc.tuple(
  fc.oneof(
    fc.tuple(name, separator, value).map((parts) => parts.join('')),
    fc.constant(''),
  ),
  end,
)
const stream = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.array(line, { maxLength: 20 }))
  .map(([mark, lines]) => mark + lines.flat().join(''))

/** The same bytes, cut at these places. */
function cut(whole: Uint8Array, places: number[]) {
  const at = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => whole.subarray(from, at[index] ?? whole.length))
}

/** For hundreds of streams, also where mutation tests count each statement. In milliseconds. */
const timeout = 30_000

test('event stream: where chunks end never changes the events', { timeout }, () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(500)), (text, places) => {
      const whole = bytes(text)
      const expected = parse([whole])
      expect(parse(cut(whole, places))).toEqual(expected)
      expect(parse(Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})

interface OfUndici {
  type: string
  options: { data: string; lastEventId: string }
}

interface Stream {
  end(chunk: Uint8Array, done: () => void): void
}

const { EventSourceStream } = createRequire(import.meta.url)(
  'undici/lib/web/eventsource/eventsource-stream.js',
) as { EventSourceStream: new (options: object) => Stream }

/** The events that the `EventSource` of undici sees. */
async function parseWithUndici(text: string) {
  const state = { lastEventId: '', origin: '', reconnectionTime: 0 }
  const events: OfUndici[] = []
  const parser = new EventSourceStream({
    eventSourceSettings: state,
    push: (event: OfUndici | null) => event && events.push(event),
  })
  // It does not end for readers, because `push` is another one.
  await new Promise<void>((resolve) => parser.end(Buffer.from(text), resolve))
  return events.map(({ type, options }) => ({ type, data: options.data }))
}

test('event stream: the events are those of undici', { timeout }, async () => {
  const plain = fc.string({ unit: fc.constantFrom('a', ':', 'é', '🦜'), minLength: 1, maxLength: 6 })
  const block = fc
    .tuple(fc.option(plain), fc.array(plain, { minLength: 1, maxLength: 3 }))
    .map(
      ([type, lines]) =>
        `${type === null ? '' : `event: ${type}\n`}${lines.map((each) => `data: ${each}\n`).join('')}\n`,
    )
  await fc.assert(
    fc.asyncProperty(fc.array(block, { maxLength: 5 }), async (blocks) => {
      const text = blocks.join('')
      const ours = parse([bytes(text)]).events.map(({ type, data }) => ({ type, data }))
      expect(ours).toEqual(await parseWithUndici(text))
    }),
    { numRuns: 100 },
  )
})
