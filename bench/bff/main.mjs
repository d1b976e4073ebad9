// Measures servers that keep the token of a session, beside a bare reverse proxy: requests per second, and the time of one.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request as send } from 'node:http'
import path from 'node:path'
import { inTurns, median } from '../browser.mjs'

const ROUNDS = 5
/** How long each server is measured in each round. In milliseconds. */
const DURATION = 3000
const CONNECTIONS = 50

async function start(file, args = []) {
  const child = fork(path.join(import.meta.dirname, file), args)
  const [port] = await once(child, 'message')
  return { url: `http://127.0.0.1:${port}`, end: () => child.kill() }
}

/** The headers of a browser on a page of the same origin. */
const browserHeaders = (url, cookie) => ({
  origin: url,
  'sec-fetch-site': 'same-origin',
  'x-requested-with': 'fetch',
  ...(cookie && { cookie }),
})

async function signIn(url) {
  const response = await fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { ...browserHeaders(url), 'content-type': 'application/json' },
    body: '{}',
  })
  if (!response.ok) throw new Error(`the sign-in was answered with ${response.status}`)
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  await response.arrayBuffer()
  return cookies.join('; ')
}

/** One request. Rejects if its answer is not 200. */
function get(url, options) {
  return new Promise((resolve, reject) => {
    const asked = send(`${url}/data`, options, (answer) => {
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
      )
      answer.resume()
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Sends requests on some connections, each after the answer to the one before, for some time. */
async function load({ url, cookie }, connections, duration) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const options = { agent, headers: browserHeaders(url, cookie) }
  const until = performance.now() + duration
  const times = []
  const one = async () => {
    while (performance.now() < until) {
      const began = performance.now()
      await get(url, options)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: connections }, one))
  agent.destroy()
  return times
}

/** For each server: requests per second on 50 connections, and the median time of one request on one connection. */
export async function measureBff() {
  // Imported here, because `npm run bench` also installs what it imports.
  const { fronts } = await import('./fronts.mjs')
  const names = Object.keys(fronts)
  const api = await start('api.mjs')
  const servers = new Map()
  for (const name of names) {
    const server = await start('front.mjs', [name, api.url])
    const cookie = name.includes('proxy') ? '' : await signIn(server.url)
    servers.set(name, { ...server, cookie })
    await load(servers.get(name), CONNECTIONS, 1000)
  }
  const seen = Object.fromEntries(names.map((name) => [name, { perSecond: [], millis: [] }]))
  await inTurns(names, ROUNDS, async (name) => {
    const many = await load(servers.get(name), CONNECTIONS, DURATION)
    seen[name].perSecond.push((many.length / DURATION) * 1000)
    seen[name].millis.push(median(await load(servers.get(name), 1, DURATION / 3)))
  })
  for (const { end } of [...servers.values(), api]) end()
  return Object.fromEntries(
    Object.entries(seen).map(([name, { perSecond, millis }]) => [
      name,
      { perSecond: Math.round(median(perSecond)), millis: Math.round(median(millis) * 1000) / 1000 },
    ]),
  )
}
