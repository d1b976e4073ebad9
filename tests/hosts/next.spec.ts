import { test as base, expect } from '../apps.js'
import { startFront } from '../servers.js'
import { type Host, outlive, signIn, travel } from './journey.js'
import { carry } from './traffic.js'
import { createVisitor } from './visitor.js'

interface Fixtures {
  visitor: ReturnType<typeof createVisitor>
  host: Host
}

/** The example of Next behind nginx. */
const test = base.extend<Fixtures, { front: { url: string } }>({
  front: [
    async ({ app }, use) => {
      const front = await startFront(app.url)
      await use({ url: `http://localhost:${front.port}` })
      await front.end()
    },
    { scope: 'worker' },
  ],
  visitor: ({ front }, use) => use(createVisitor(front.url)),
  host: ({ api }, use) => {
    const isSignedIn: Host['isSignedIn'] = async (visitor) => {
      const page = await visitor.open('/notes/')
      const me = await visitor.call('/api/v1/me/')
      return page.status === 200 && /Notes of (<!-- -->)?Ada/.test(page.text) && me.status === 200
    }
    return use({ base: '', api, isSignedIn })
  },
})

test('signs in, reloads, refreshes on a strict API and signs out', ({ host, visitor }) =>
  travel(host, visitor))

test('a refresh that failed is over with its request', ({ host, visitor }) => outlive(host, visitor))

test('uploads, downloads and events pass through', async ({ host, visitor }) => {
  await signIn(host, visitor)
  // Next takes the length off whatever a route handler answers.
  await carry(host.base, visitor, { ending: '/', keepsLength: false })
})

test('the guard holds for a path with a slash at the end, and leads there', async ({ visitor }) => {
  const { status, location } = await visitor.open('/notes/')
  expect([status, new URL(location ?? '', 'http://x').pathname]).toEqual([307, '/sign-in/'])
})

test('the cookies of middleware inside and outside are set beside the one of a refreshed session', async ({
  host,
  visitor,
}) => {
  host.api.configure({ accessTtl: 1 })
  await signIn(host, visitor)
  const before = new Map(visitor.cookies)
  host.api.configure({ accessTtl: 900 })
  await new Promise((resolve) => setTimeout(resolve, 1050))
  expect(await host.isSignedIn(visitor)).toBe(true)
  const names = [...visitor.cookies.keys()]
  expect(names).toEqual(expect.arrayContaining(['NEXT_LOCALE', 'OUTSIDE']))
  const changed = [...before].filter(([name, value]) => visitor.cookies.get(name) !== value)
  expect(changed).toHaveLength(1)
})
