// Measures the additional cost of `auth.fetch` compared with `fetch`, from the same page to the same server.
// `npm run bench:overhead [share of the rounds] [browsers…]`

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { engine } from '../../scripts/browsers.mjs'
import { build } from '../../scripts/build.mjs'
import { install } from '../../scripts/install.mjs'
import { program } from '../../scripts/run.mjs'
import { bundlePages, folder } from '../bundle.mjs'
import { installPeers } from '../peers.mjs'

const trials = [
  { answer: '1 KB', bytes: 1024, atOnce: 1, rounds: 400 },
  { answer: '1 MB', bytes: 1024 * 1024, atOnce: 1, rounds: 150 },
  { answer: '100 × 1 KB', bytes: 1024, atOnce: 100, rounds: 40 },
]

// The browser is not automated: a debugger protocol slows down the requests of the page, but not those of a shared worker.
const browsers = {
  chromium: (profile) => [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    `--user-data-dir=${profile}`,
  ],
  firefox: (profile) => ['--headless', '--no-remote', '--profile', profile],
}

/** The mean of the middle half. The clock of a page has a resolution of 0.1 or 1 ms, and a median cannot be more precise. */
function typical(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const middle = sorted.slice(sorted.length >> 2, sorted.length - (sorted.length >> 2))
  return middle.reduce((sum, time) => sum + time, 0) / middle.length
}

/**
 * Measures with one browser. Resolves with the milliseconds of each way for each trial, and the ratio to `fetch`.
 *
 * @param share of the rounds
 */
export async function measureOverhead(name, share = 1) {
  const scaled = trials.map((trial) => ({ ...trial, rounds: Math.ceil(trial.rounds * share) }))
  const server = fork(path.join(import.meta.dirname, 'server.mjs'), [JSON.stringify(scaled), folder])
  const [port] = await once(server, 'message')
  const profile = mkdtempSync(path.join(tmpdir(), 'tokencell-overhead-'))
  const url = `http://localhost:${port}/`
  const browser = spawn(engine(name).browser, [...browsers[name](profile), url], { stdio: 'ignore' })
  const ways = {}
  for (const { answer } of trials) {
    const [times] = await once(server, 'message')
    const bare = typical(times.bare)
    for (const [way, of] of Object.entries(times)) {
      ways[way] ??= {}
      ways[way][answer] = { millis: round(typical(of)), ratio: round(typical(of) / bare) }
    }
  }
  browser.kill()
  await once(browser, 'exit')
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  server.kill()
  return ways
}

const round = (number) => Math.round(number * 100) / 100

await program(import.meta.url, async (args) => {
  const [share = 1, ...wanted] = args
  await install()
  await build(() => {})
  await installPeers()
  await bundlePages()
  const rows = {}
  for (const name of Object.keys(browsers)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    for (const [way, results] of Object.entries(await measureOverhead(name, Number(share))))
      rows[`${name}, ${way}`] = Object.fromEntries(
        Object.entries(results).map(([answer, { millis, ratio }]) => [answer, `${millis} ms, ${ratio}×`]),
      )
  }
  console.table(rows)
})
