import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../scripts/run.mjs'
import { bars, lines } from './plot.mjs'

const docs = path.join(root, 'docs')
const number = (value) => value.toLocaleString('en')

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  )
}

/** Writes docs/performance-results.md and its plots from the results of the parts that were measured. */
export function writeReport(results) {
  mkdirSync(path.join(docs, 'plots'), { recursive: true })
  const plot = (name, text) => writeFileSync(path.join(docs, 'plots', `${name}.svg`), text)
  const sections = [sizes, storms, starts, overheads, memories, servers].flatMap((section) =>
    section(results, plot),
  )
  writeFileSync(path.join(docs, 'performance-results.md'), `${intro(results)}\n\n${sections.join('\n\n')}\n`)
}

const intro = ({ date, cores }) => `# Results of the benchmark

\`npm run bench\` has written this page from \`bench/results.json\`, on ${date}, on a machine with ${cores} cores, in headless
Chromium, with the API on the same machine. The packages of a table are measured in turns. Figures of another machine
differ, and the differences between the packages matter more than the figures.
[bench/README.md](https://github.com/tokencell/tokencell/blob/main/bench/README.md) says how each package is used, and what is not
measured.`

function sizes({ bytes, versions }, plot) {
  if (!bytes) return []
  const versionOf = (name) =>
    Object.entries(versions)
      .filter(([package_]) =>
        name
          .split(' + ')
          .some(
            (part) => package_ === part || package_.endsWith(`/${part}`) || part.startsWith(`${package_}/`),
          ),
      )
      .map(([, version]) => version)
      .join(' + ')
  const peers = Object.entries(bytes.peers)
  const rows = [
    ['tokencell, in the page', bytes.page],
    ['tokencell, with its vault', bytes.all],
    ...peers,
  ].toSorted(([, a], [, b]) => a - b)
  plot('bytes', bars('Bytes to the browser, compressed with brotli', rows, 'B'))
  return [
    '## Bytes to the browser',
    '![Bytes to the browser of each package, as a bar chart. The table below has the same figures.](./plots/bytes.svg)',
    table(
      ['Package', 'Version', 'Bytes'],
      [
        ['tokencell, in the thread of the page', '', number(bytes.page)],
        ['tokencell, script of the vault, in its own thread', '', number(bytes.worker)],
        ['tokencell, WebAssembly of the vault', '', number(bytes.wasm)],
        ['**tokencell, everything**', '', `**${number(bytes.all)}**`],
        ...peers
          .toSorted(([, a], [, b]) => a - b)
          .map(([name, size]) => [name, versionOf(name), number(size)]),
      ],
    ),
    'Minified, then compressed with brotli (quality 11): what an application imports, without React. The vault of tokencell is larger than most of these packages, but it runs in another thread, and the page does not wait for it before it shows anything.',
  ]
}

function storms({ storm }, plot) {
  if (!storm) return []
  const names = Object.keys(storm)
  const counts = Object.keys(Object.values(storm)[0])
  const single = counts.filter((count) => /^\d+$/.test(count))
  plot(
    'storm',
    lines(
      'Time until all requests on an expired token are answered',
      names.map((name) => [name, single.map((count) => [Number(count), storm[name][count].millis])]),
      { xTitle: 'requests at the same moment', yTitle: 'milliseconds' },
    ),
  )
  const cells = (name, key) => counts.map((count) => number(storm[name][count][key]))
  const part = (title, key) => [
    `### ${title}`,
    table(
      ['Package', ...counts.map((count) => (/^\d+$/.test(count) ? number(Number(count)) : count))],
      names.map((name) => [name, ...cells(name, key)]),
    ),
  ]
  return [
    '## Requests on an expired token',
    'The access token has expired, and the page sends many requests at the same moment; in the last column, four tabs send 250 each. The API is strict: each refresh token is accepted once, and a second use ends the session. A failure is a request that is not answered with 200 within 60 s. Of 10,000 requests, Chromium refuses most of those that are outstanding at once; a vault lets the rest wait. The figures are medians of three rounds; from 1,000 requests on, there is one round.',
    '![Time until all requests are answered, for 1 to 10,000 requests. The last table has the same figures.](./plots/storm.svg)',
    ...part('Refreshes', 'refreshes'),
    ...part('Failures', 'failures'),
    ...part('Milliseconds', 'millis'),
  ]
}

function starts({ start }, plot) {
  if (!start) return []
  plot(
    'start',
    bars(
      'First answer with a token after a reload',
      Object.entries(start).map(([name, { reload }]) => [name, reload]),
      'ms',
    ),
  )
  return [
    '## Start',
    'Medians. The time from the start of the script of the page to the answer to its first request with a token, for a user who has a session. Cold: a new browser profile with the cookie, without caches. New tab: beside an open tab of the same application.',
    '![Time to the first answer after a reload, as a bar chart.](./plots/start.svg)',
    table(
      ['Package', 'Cold, ms', 'Reload, ms', 'New tab, ms'],
      Object.entries(start).map(([name, { cold, reload, tab }]) => [name, cold, reload, tab].map(String)),
    ),
  ]
}

const WAYS = {
  bare: '`fetch`',
  page: 'tokencell, page',
  worker: 'tokencell, worker',
  shared: 'tokencell, shared',
  'any worker': 'a worker that only forwards',
  'any shared': 'a shared worker that only forwards',
  axios: 'axios + axios-auth-refresh',
  alova: 'alova',
  supertokens: 'supertokens-website',
}

function overheads({ overhead }, plot) {
  if (!overhead) return []
  const answers = Object.keys(overhead.bare)
  const nameOf = (way) => WAYS[way] ?? way
  plot(
    'overhead',
    bars(
      'One request with a small answer',
      Object.entries(overhead).map(([way, of]) => [nameOf(way).replaceAll('`', ''), of[answers[0]].millis]),
      'ms',
    ),
  )
  return [
    '## Cost of one request',
    'The time from the call to the whole body, and its ratio to `fetch` of the same page. The mean of the middle half of all rounds.',
    '![Milliseconds of one request with a small answer, as a bar chart.](./plots/overhead.svg)',
    table(
      ['Way', ...answers],
      Object.entries(overhead).map(([way, of]) => [
        nameOf(way),
        ...answers.map((answer) => `${of[answer].millis} ms (${of[answer].ratio}×)`),
      ]),
    ),
  ]
}

function memories({ memory }) {
  if (!memory) return []
  return [
    '## Memory',
    'After the sign-in and one request, in four tabs of one session, after a garbage collection. A tab: what the client adds to the thread of one page. Workers: all workers of the four tabs together. The code of the scripts and the memory of the browser itself are not counted.',
    table(
      ['Package', 'A tab, KB', 'Workers, KB'],
      Object.entries(memory).map(([name, { tab, workers }]) => [name, number(tab), number(workers)]),
    ),
  ]
}

function servers({ bff }) {
  if (!bff) return []
  const bare = Object.values(bff)[0].millis
  return [
    '## A server that keeps the token',
    'A page requests 1 KB of the API through a server of its own. The bare proxy is 15 lines with `node:http`, and has the token in its code. The proxy with `fetch` does the same with `Request` and `Response`, as all servers of frameworks do. iron-session and tokencell read the token from a sealed cookie. Requests per second: on 50 connections; the load and the API run on the same machine. Time: the median of one request on one connection.',
    table(
      ['Server', 'Requests per second', 'Time, ms', 'Added, ms'],
      Object.entries(bff).map(([name, { perSecond, millis }]) => [
        name,
        number(perSecond),
        number(millis),
        number(Math.round((millis - bare) * 1000) / 1000),
      ]),
    ),
  ]
}
