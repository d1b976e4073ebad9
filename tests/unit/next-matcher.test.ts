import { readFileSync } from 'node:fs'
import path from 'node:path'
import { unstable_doesMiddlewareMatch as doesMatch } from 'next/experimental/testing/server.js'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')

/** The `matcher` in this file, as Next reads it. */
function matcherIn(file: string): string {
  const [, quoted = ''] = /matcher:\s*\[\s*'([^']+)'/.exec(readFileSync(path.join(root, file), 'utf8')) ?? []
  return quoted.replaceAll('\\\\', '\\')
}

test.each(['docs/start/next.md', 'examples/next/proxy.ts'])(
  'the `matcher` of %s includes pages, and excludes public files and the routes of the session and the API',
  (file) => {
    const config = { matcher: [matcherIn(file)] }
    const asked = (url: string) => doesMatch({ config, url, nextConfig: {} })
    const pages = ['/', '/notes', '/notes/1', '/users/jane.doe', '/api/export', '/apis', '/logo.png/edit']
    const others = [
      ...['/logo.png', '/img/a/logo.svg', '/favicon.ico', '/robots.txt', '/site.webmanifest'],
      ...['/_next/static/chunks/a.js', '/_next/image', '/api/auth/session', '/api/v1/notes'],
    ]
    expect(pages.filter((url) => !asked(url))).toEqual([])
    expect(others.filter(asked)).toEqual([])
  },
)
