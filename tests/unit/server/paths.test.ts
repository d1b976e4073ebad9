import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { createApp, createRouter as createH3Router, defineEventHandler, toNodeListener } from 'h3'
import { getRouteMatcher } from 'next/dist/shared/lib/router/utils/route-matcher.js'
import { getRouteRegex } from 'next/dist/shared/lib/router/utils/route-regex.js'
import { normalizeRepeatedSlashes } from 'next/dist/shared/lib/utils.js'
import { expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { couldMatch, isClear, type Pattern, parsePattern, surelyMatches } from '../../../js/server/paths.js'

const pattern = (text: string) => parsePattern(text) as Pattern

test.each([
  ['/notes', '/notes'],
  ['/notes', '/notes/'],
  ['/notes/', '/notes'],
  ['/notes/**', '/notes'],
  ['/notes/**', '/notes/'],
  ['/notes/**', '/notes/1/2'],
  ['/notes/**/', '/notes/1'],
  ['/notes/*', '/notes/1'],
  ['/*/text', '/7/text'],
  ['/', '/'],
  ['/**', '/'],
  ['/**', '/any/thing'],
  ['/größe', '/gr%C3%B6%C3%9Fe'],
  ['/gr%C3%B6%C3%9Fe', '/gr%c3%b6%c3%9fe'],
  ['/notes', '/%6eotes'],
  ['/notes/*', '/notes/100%25'],
  ['/notes/**', '/notes/group%2Fname'],
])('on every server, the pattern %s matches %s', (text, pathname) => {
  expect([surelyMatches(pattern(text), pathname), couldMatch(pattern(text), pathname)]).toEqual([true, true])
})

test.each([
  ['/notes', '/notesandmore'],
  ['/notes', '/notes/1'],
  ['/notes', '/'],
  ['/notes/*', '/notes'],
  ['/notes/*', '/notes/'],
  ['/notes/*', '/notes/1/2'],
  ['/notes/**', '/notesandmore/1'],
  ['/', '/notes'],
])('on no server, the pattern %s matches %s', (text, pathname) => {
  expect([surelyMatches(pattern(text), pathname), couldMatch(pattern(text), pathname)]).toEqual([
    false,
    false,
  ])
})

test.each([
  ['/notes', '/Notes'],
  ['/notes', '//notes'],
  ['/notes', '/notes//'],
  ['/notes', '/notes;v=1'],
  ['/notes', '/notes%3bv=1'],
  ['/notes', '/%256eotes'],
  ['/notes', '/x/..%2fnotes'],
  ['/notes', '/x/%252e%252e/notes'],
  ['/notes', '/.%2fnotes'],
  ['/notes/*', '/notes/a%2Fb'],
  ['/notes/1/2', '/notes/1%2f2'],
  ['/notes/1', '/notes\\1'],
  ['/notes/*', '/x;/../notes/1'],
])('on some servers, %s matches %s: guards apply, and rules do not permit it', (text, pathname) => {
  expect([surelyMatches(pattern(text), pathname), couldMatch(pattern(text), pathname)]).toEqual([false, true])
})

test.each([
  '/api/..%2fadmin',
  '/api/%252e%252e/admin',
  '/api/..;/admin',
  '/api/.%3Bx/admin',
  '/api/.../admin',
  '/api//admin',
  '/api/%00',
  '/api/%250d%250aX:1',
  '/api/%c0%ae%c0%ae/admin',
  '/api/%zz',
  `/api/${'%25'.repeat(3)}${'25'.repeat(30)}2e`,
])('no rule permits %s', (pathname) => {
  expect([isClear(pathname), surelyMatches(pattern('/**'), pathname)]).toEqual([false, false])
})

test.each(['%s is not a valid pattern', '/a*', '/**/a', '/a//b', '', '*'])('%s is no pattern', (text) => {
  expect(parsePattern(text)).toBeUndefined()
})

test('a path with many levels of encoding is checked in less than 500 ms of processor time', () => {
  let nested = '.'
  for (let depth = 0; depth < 4000; depth += 1) nested = `%2${nested.length % 2 ? '%35' : '5'}${nested}`
  // Not by the clock: the machine may do other things meanwhile.
  const began = process.cpuUsage()
  expect(couldMatch(pattern('/notes'), `/${nested}`)).toBe(false)
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(500)
})

/** Paths of an attacker: the page, with each of its characters in one of several spellings. */
const spelling = (page: string) =>
  fc
    .tuple(
      ...Array.from(page, (char) =>
        fc.constantFrom(
          char,
          char,
          char.toUpperCase(),
          percent(char),
          percent(char).toLowerCase(),
          `%25${percent(char).slice(1)}`,
          ...(char === '/' ? ['//', '/./', '/x/../', '\\', '/;/', '/%2e/', '/%2e%2e/', '/x/..;/'] : []),
        ),
      ),
      fc.constantFrom('', '/', '//', ';', ';v=1', '%3b', '%20', '%2f', '/.', '/%2e', '/index'),
    )
    .map((parts) => parts.join(''))
    .map((path) => (path.startsWith('/') ? path : `/${path}`))

const percent = (char: string) => `%${char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`

const PAGES = ['/exact', '/deep/page'] as const

/** Tries many spellings of each page. @param isPage whether this framework responds with the page */
async function fuzz(isPage: (path: string, page: string) => boolean | Promise<boolean>) {
  const found = new Set<string>()
  for (const page of PAGES) {
    const guarded = async (path: string) => {
      if (!(await isPage(path, page))) return
      found.add(path)
      expect(couldMatch(pattern(page), path), path).toBe(true)
    }
    await fc.assert(fc.asyncProperty(spelling(page), guarded), {
      numRuns: 300,
      examples: [[page], [`${page}/`]],
    })
  }
  expect(found.size, 'other spellings are found, too').toBeGreaterThan(PAGES.length)
}

test('guards apply to every spelling of a page that Next accepts', async () => {
  await fuzz((path, page) => {
    try {
      // Next redirects paths with repeated slashes. It matches pages with and without decoding.
      const pathname = normalizeRepeatedSlashes(path)
      const matches = getRouteMatcher(getRouteRegex(page))
      return Boolean(matches(pathname) || matches(decodeURIComponent(pathname)))
    } catch {
      return false
    }
  })
})

test('guards apply to every spelling of a page that vue-router accepts', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const routes = PAGES.map((path) => ({ path, component: {} }))
  const router = createRouter({ history: createMemoryHistory(), routes })
  await fuzz((path, page) => router.resolve(path).matched.at(-1)?.path === page)
  warn.mockRestore()
})

test('guards apply to every spelling of a path that h3 accepts', async () => {
  const app = createApp()
  const router = createH3Router()
  for (const page of PAGES)
    router.get(
      page,
      defineEventHandler(() => page),
    )
  app.use(router)
  const server = createServer(toNodeListener(app))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', path }, async (response) => {
        resolve((await response.setEncoding('utf8').toArray()).join(''))
      })
      asked.on('error', reject).end()
    })
  await fuzz(async (path, page) => (await ask(path)) === page)
  server.closeAllConnections()
  server.close()
})
