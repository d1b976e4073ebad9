/** One call of `fetch`, and what is done with its answer. Plain data, because it is made in the page. */
export interface Case {
  title: string
  /** Of the server's query. */
  query: Record<string, string>
  method?: string
  /** How the answer is read. */
  read?: Reading
  /** When the call is aborted: before it is made, before its head, or while it is read; and why. */
  abort?: { when: 'before' | 'head' | 'reading'; why: 'none' | 'reason' | 'timeout' }
}

export const READINGS = [
  'text',
  'json',
  'arrayBuffer',
  'bytes',
  'blob',
  'formData',
  'clone',
  'reader',
  'twice',
] as const
export type Reading = (typeof READINGS)[number]

const STATUSES = [
  200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299, 300, 304, 305, 306, 399, 400, 401, 402, 403, 404,
  405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 418, 421, 422, 425, 426, 428, 429, 431, 451, 499,
  500, 501, 502, 503, 504, 505, 511, 599, 600, 999,
]

const statuses: Case[] = STATUSES.flatMap((status) =>
  ['none', 'length', 'chunked'].map((body) => ({
    title: `status ${status}, body ${body}`,
    query: { status: String(status), body },
  })),
)

const heads: Case[] = [200, 204, 304, 404, 500].map((status) => ({
  title: `HEAD with status ${status}`,
  method: 'HEAD',
  query: { status: String(status), body: 'length' },
}))

const TYPES = [
  ['text/plain', 'täxt'],
  ['Text/HTML; Charset=UTF-8', '<p>'],
  ['application/json', '{"a":1}'],
  ['application/json', 'no json'],
  ['application/x-www-form-urlencoded', 'a=1&b=%20'],
  ['nonsense', '\ufeffx'],
] as const

const readings: Case[] = TYPES.flatMap(([type, text]) =>
  READINGS.map((read) => ({ title: `${read} of ${type}: ${text}`, query: { type, text }, read })),
)

const broken: Case[] = ['short', 'cut', 'gzip', 'bad-gzip', 'close'].flatMap((body) =>
  READINGS.map((read) => ({
    title: `${read} of a body that is ${body}`,
    query: { body, text: '{"a":1}' },
    read,
  })),
)

const aborts: Case[] = (['none', 'reason', 'timeout'] as const).flatMap((why): Case[] => [
  { title: `abort before the call, ${why}`, query: {}, abort: { when: 'before', why } },
  { title: `abort before the head, ${why}`, query: { body: 'slow-head' }, abort: { when: 'head', why } },
  ...READINGS.filter((read) => read !== 'twice').map(
    (read): Case => ({
      title: `abort while ${read} reads, ${why}`,
      query: { body: 'slow-body', type: 'application/x-www-form-urlencoded' },
      read,
      abort: { when: 'reading', why },
    }),
  ),
])

const methods: Case[] = [
  'get',
  'Post',
  'PUT',
  'patch',
  'PATCH',
  'delete',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'ODD',
  'a b',
].map((method) => ({ title: `method ${method}`, method, query: {} }))

export const THEMES: Record<string, Case[]> = { statuses, heads, readings, broken, aborts, methods }
