import { at, test as base, expect, openSignedIn, pathOf, refuseTokens, signOut } from '../apps.js'
import { hostOf, startInstances } from './applications.js'
import { type Host, outlive, signIn, travel } from './journey.js'
import { carry } from './traffic.js'
import { createVisitor } from './visitor.js'

interface Fixtures {
  visitor: ReturnType<typeof createVisitor>
  host: Host
}

/** The example of Nuxt behind nginx. The same build also runs with a base path, which is set at run time. */
const test = base.extend<Fixtures, { folder: string; front: { url: string } }>({
  folder: ['', { option: true, scope: 'worker' }],
  front: [
    async ({ listening, served, folder }, use) => {
      const front = await startInstances(served, { api: listening.url, base: folder })
      await use(front)
      await front.end()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: ({ front }, use) => use(front.url),
  visitor: ({ front }, use) => use(createVisitor(front.url)),
  host: ({ api, served, folder }, use) => use(hostOf(served, api, { base: folder })),
})

test('sign-in, reload, refresh on a strict API and sign-out work', ({ host, visitor }) =>
  travel(host, visitor))

test('after a failed refresh, the next request refreshes', ({ host, visitor }) => outlive(host, visitor))

test('uploads, downloads and events pass through', async ({ host, visitor }) => {
  await signIn(host, visitor)
  await carry(host, visitor)
})

test('anonymous users and forms without a script are redirected to pages below the base path', async ({
  host,
  visitor,
  folder,
}) => {
  const { status, location } = await visitor.open(`${folder}/notes`)
  expect([status, location]).toEqual([302, `${folder}/sign-in?redirect=/notes`])
  const fields = { email: 'ada@example.com', password: 'correct horse', redirect: '/notes' }
  const sent = await visitor.submit(`${folder}/api/auth/sign-in`, fields, `${folder}/sign-in`)
  expect([sent.status, sent.location]).toEqual([303, `${folder}/notes`])
  expect(await host.isSignedIn(visitor)).toBe(true)
})

test('in a browser, a sign-in on a guarded page, a reload with a refused token and a sign-out work', async ({
  api,
  folder,
  page,
}) => {
  await openSignedIn(page, `${folder}/notes`)
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await refuseTokens(api)
  await page.reload()
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  expect([pathOf(page), api.journal.counts().refresh.total]).toEqual([`${folder}/notes`, 1])
  await at(page, 'note-text').fill('behind nginx')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('behind nginx')
  await signOut(page)
  expect(api.state().sessions).toBe(0)
})
