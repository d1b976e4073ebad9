import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startPostgres } from '../../scripts/postgres.mjs'
import { runRuby, startRails } from '../../scripts/rails.mjs'
import { collide, collideWithSignIn, rivals, type Tally } from './concurrency.js'
import { test as base, expect } from './fixtures.js'
import { ADA, administrate, ask, bearer, signIn, signUp } from './raw.js'

/** The number of collisions of each kind. TOKENCELL_TRIES sets another number. */
const TRIES = Number(process.env.TOKENCELL_TRIES ?? (process.env.TOKENCELL_FULL ? 200 : 20))

/** SQLite has one writer at a time, so a try takes five times as long. */
const triesOn = (kind: Kind) => (kind === 'PostgreSQL' ? TRIES : Math.ceil(TRIES / 5))

/** Two processes of Puma with five threads each. */
const test = base.extend<object, { databases: (kind: Kind) => Promise<string> }>({
  databases: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
    async ({}, use) => {
      const ends: (() => unknown)[] = []
      const open: Partial<Record<Kind, Promise<string>>> = {}
      await use((kind) => (open[kind] ??= openDatabase(kind, ends)))
      for (const end of ends.reverse()) await end()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

type Kind = 'PostgreSQL' | 'a file of SQLite'

async function openDatabase(kind: Kind, ends: (() => unknown)[]) {
  const settings: Record<string, string> = { RAILS_ENV: 'test', API_REUSE_GRACE: '10' }
  for (const name of ['LOGIN', 'ACCOUNT', 'SIGN_UP', 'REFRESH']) settings[`API_${name}_LIMIT`] = '1000000'
  if (kind === 'PostgreSQL') {
    const { url, end } = await startPostgres()
    ends.push(end)
    settings.API_DATABASE = `${url}/postgres`
  } else {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true }))
    settings.API_DATABASE = path.join(folder, 'rails.sqlite3')
  }
  await runRuby(['-S', 'rake', 'db:migrate', 'db:seed'], settings)
  const rails = await startRails({ ...settings, WEB_CONCURRENCY: '2' })
  ends.push(rails.end)
  return rails.url
}

/** Repeats `work`, five at a time. */
async function repeat(count: number, work: () => Promise<void>) {
  let left = count
  const one = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all([1, 2, 3, 4, 5].map(one))
}

// The tests run one after the other, because each needs the whole machine.
test.describe.configure({ mode: 'default', timeout: 600_000 })

for (const kind of ['PostgreSQL', 'a file of SQLite'] as const)
  test.describe(`two processes on ${kind}`, { tag: kind === 'PostgreSQL' ? [] : '@full' }, () => {
    for (const [name, rival] of Object.entries(rivals))
      test(`a refresh and ${name} at the same time have the same result as one after the other`, async ({
        databases,
      }, { annotations }) => {
        const url = await databases(kind)
        const admin = await administrate(url)
        const tally: Tally = { alive: 0, dead: 0, errors: 0 }
        await repeat(triesOn(kind), async () => {
          const person = await signUp(url)
          await collide({ url, admin, person, session: await signIn(url, person) }, rival, tally)
        })
        annotations.push({
          type: `${kind}, ${name}, ${triesOn(kind)} tries`,
          description: JSON.stringify(tally),
        })
        expect(tally).toEqual({ alive: 0, dead: 0, errors: 0 })
      })

    test('a sign-in with the old password during a change of the password leaves no session of the old password', async ({
      databases,
    }, { annotations }) => {
      const url = await databases(kind)
      const admin = await administrate(url)
      const tally: Tally = { alive: 0, dead: 0, errors: 0 }
      await repeat(triesOn(kind), async () => {
        const person = await signUp(url)
        await collideWithSignIn({ url, admin, person, session: await signIn(url, person) }, tally)
      })
      annotations.push({
        type: `${kind}, sign-in, ${triesOn(kind)} tries`,
        description: JSON.stringify(tally),
      })
      expect(tally).toEqual({ alive: 0, dead: 0, errors: 0 })
    })

    test('when two administrators remove the role from each other at the same time, one administrator is left', async ({
      databases,
    }) => {
      const url = await databases(kind)
      const [ada, bob] = [{ ...ADA, id: '1' }, await signUp(url)]
      const setRoles = async (by: Response, id: string, roles: string[]) => {
        const headers = { authorization: bearer(by), 'content-type': 'application/json' }
        return ask(url, `/admin/users/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ roles }) })
      }
      for (let left = triesOn(kind); left > 0; left -= 1) {
        expect((await setRoles(await signIn(url, ada), bob.id, ['admin'])).status).toBe(200)
        const [ofAda, ofBob] = [await signIn(url, ada), await signIn(url, bob)]
        const answers = await Promise.all([setRoles(ofAda, bob.id, []), setRoles(ofBob, ada.id, [])])
        const statuses = answers.map(({ status }) => status).sort()
        // The second request is from the last administrator (409), or from a user who is no longer one (403, 401).
        expect([
          [200, 409],
          [200, 403],
          [200, 401],
        ]).toContainEqual(statuses)
        const isAdaLeft = answers[0]?.status === 200
        if (!isAdaLeft) expect((await setRoles(await signIn(url, bob), ada.id, ['admin'])).status).toBe(200)
      }
    })
  })
