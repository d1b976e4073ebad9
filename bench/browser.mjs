import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { engine } from '../scripts/browsers.mjs'
import { folder } from './bundle.mjs'

/** Starts the API and a headless Chromium: `{ url, newContext, end }`. */
export async function startBrowser() {
  const { chromium } = await import('@playwright/test')
  const server = fork(path.join(import.meta.dirname, 'server.mjs'), [folder])
  const [port] = await once(server, 'message')
  const browser = await chromium.launch({
    executablePath: engine('chromium').browser,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  const url = `http://localhost:${port}`
  return {
    url,
    newContext: (options) => browser.newContext(options),
    post: async (path) => (await fetch(`${url}${path}`, { method: 'POST' })).json(),
    async end() {
      await browser.close()
      server.kill()
    },
  }
}

/** The pages that are measured, as [name, path]. */
export const measured = [
  ['tokencell, shared', '/tokencell.html?place=shared'],
  ['tokencell, worker', '/tokencell.html?place=worker'],
  ['tokencell, page', '/tokencell.html?place=page'],
  ['axios + axios-auth-refresh', '/axios.html?'],
  ['alova', '/alova.html?'],
  ['supertokens-website', '/supertokens.html?'],
]

/** Opens a page of a client. */
export async function openPage(context, url) {
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction('window.loaded')
  return page
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Runs `work` for every client, round after round; the order changes with each round. */
export async function inTurns(names, rounds, work) {
  for (let round = 0; round < rounds; round++)
    for (const at of names.keys()) await work(names[(at + round) % names.length], round)
}
