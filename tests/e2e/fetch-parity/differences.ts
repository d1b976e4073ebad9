import type { Where } from '../site.js'

/** What differs on purpose, or cannot be helped. docs/guides/fetch-differences.md has the same rows. */
export interface Difference {
  /** Matches `${label} in ${engine}` of exactly the cases that differ, or the test fails. */
  titles: RegExp
  engine?: 'chromium' | 'firefox'
  where?: Where[]
  /** The cases differ only in the time at which the connection closes. */
  isOfClosing?: true
  /** The row of the documentation. */
  what: string
  why: string
}

/** The vaults whose responses are sent over a port and rebuilt in the page. */
const IN_WORKERS: Where[] = ['worker', 'shared']

export const DIFFERENCES: readonly Difference[] = [
  {
    titles: /with the policy header on the page only/,
    engine: 'chromium',
    where: IN_WORKERS,
    what: '`Referer`, if the page has a `Referrer-Policy` header and the script of the vault has none',
    why: 'A script cannot read that header, and a worker has its own policy. Send the header with both.',
  },
  {
    titles: /^status 401/,
    what: 'A 401',
    why: 'The token is refreshed, and the request is sent once more.',
  },
  {
    titles: /^client hints/,
    engine: 'chromium',
    where: IN_WORKERS,
    what: 'The `Sec-CH-UA` headers',
    why: 'Chromium sends them from pages and not from workers.',
  },
  {
    titles: /^(cache with an If-None-Match of the caller|header If-Modified-Since)/,
    engine: 'chromium',
    where: IN_WORKERS,
    what: '`Cache-Control: max-age=0` with an `If-None-Match` or `If-Modified-Since` that you set',
    why: 'Chromium adds it in pages and not in workers.',
  },
  {
    titles: /^the constructor of a response/,
    where: IN_WORKERS,
    what: '`response.constructor`',
    why: 'It is a subclass of `Response`, because no other code can give a `Response` its `url` and `type`.',
  },
  {
    titles: /^clone by Response\.prototype/,
    where: IN_WORKERS,
    what: '`url` and `type` of `Response.prototype.clone.call(response)`',
    why: 'Only `response.clone()` copies them.',
  },
  {
    titles: /^response headers changed by Headers\.prototype/,
    where: IN_WORKERS,
    what: '`Headers.prototype.set.call(response.headers, …)`',
    why: 'Only the browser can make headers that cannot be changed. `response.headers.set(…)` throws, as in `fetch`.',
  },
  {
    titles: /^in a Cache/,
    where: IN_WORKERS,
    what: '`url` and `type` of a response from a `Cache`',
    why: 'A `Cache` stores the data that the browser has, where they are empty.',
  },
  {
    titles: /^abort while (?!reader)\w+ reads, (text|object|timeout)/,
    engine: 'firefox',
    where: IN_WORKERS,
    what: 'A read that is aborted',
    why: 'Firefox rejects it with an `AbortError`. The standard and `auth.fetch` reject it with the reason of the signal.',
  },
  {
    titles: /^cancel (by the reader )?of an endless body/,
    engine: 'firefox',
    where: IN_WORKERS,
    isOfClosing: true,
    what: 'A cancelled body',
    why: 'Firefox keeps the connection; a vault closes it.',
  },
  {
    titles: /^headers as pairs with a repeated name/,
    engine: 'firefox',
    what: 'A header that is set several times, once with an empty value',
    why: 'Firefox sends only the empty value. A vault sends `a, b, `, as the standard requires.',
  },
  {
    titles: /^(no arguments|init of a number)/,
    what: 'No argument, or an `init` that is not an object',
    why: 'There is no `TypeError`: they count as `undefined` and as no `init`.',
  },
  {
    titles: /^POST of a stream that is locked/,
    where: IN_WORKERS,
    what: 'A locked stream as body',
    why: 'The error is a `DataCloneError` instead of the `TypeError` of Chromium. Firefox does not send streams, but their names as text.',
  },
  {
    titles: /^POST of (a view of )?a detached buffer/,
    what: 'A detached `ArrayBuffer` as body',
    why: 'It is copied at the call, which throws a `TypeError`; browsers send an empty body.',
  },
  {
    titles: /^abort before reader reads a body that has arrived, none/,
    engine: 'firefox',
    where: IN_WORKERS,
    what: 'An abort after a response without bytes has arrived, before its stream is read',
    why: 'It does not affect the stream, which has ended.',
  },
]
