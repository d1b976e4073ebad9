import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, PASSWORD } from '../support/client.js'
import { databases, startTwo } from '../support/subject.js'

const triesOn = {
  sqlite: process.env.TOKENCELL_FULL ? 200 : 4,
  postgres: process.env.TOKENCELL_FULL ? 200 : 8,
}
const AT_ONCE = 4
const OTHER = 'staple battery horse'

/**
 * The requests that run at the same time as a refresh, and the browsers that are signed in afterwards. `laptop` and `tab` share
 * a cookie and send requests to different processes. `phone` is another session of the same user. `thief` has a spent cookie.
 */
const races = {
  refresh: { act: ({ tab }) => tab.refresh(), alive: ['laptop', 'tab'] },
  'sign-out': { act: ({ tab }) => tab.call('DELETE /logout'), dead: ['laptop', 'tab'] },
  'sign-out everywhere': { act: ({ phone }) => phone.call('DELETE /sessions'), dead: ['laptop', 'phone'] },
  'end by an administrator': {
    act: ({ admin, id }) => admin.call(`DELETE /admin/users/${id}/sessions`),
    dead: ['laptop', 'phone'],
  },
  reuse: { act: ({ thief }) => thief.refresh(), dead: ['laptop', 'thief'] },
  'password change': { act: ({ phone }) => changePassword(phone), dead: ['laptop'], alive: ['phone'] },
  'sign-in': { act: ({ tab, email }) => tab.signIn(email), dead: ['laptop'], alive: ['tab'] },
  // Not with a refresh, but with a sign-in with the old password. This sign-in must not survive the change.
  'password change, and a sign-in': {
    first: ({ guest, email }) => guest.signIn(email),
    act: ({ phone }) => changePassword(phone),
    dead: ['guest', 'laptop'],
    alive: ['phone'],
  },
}
const changePassword = (browser) =>
  browser.call('POST /password', { json: { current_password: PASSWORD, password: OTHER } })

for (const [name, create] of Object.entries(databases)) {
  test(`${name}: two processes agree on which sessions are alive`, async (t) => {
    const { one, other, admin } = await startTwo(t, create)
    const tries = triesOn[name]
    let users = 0
    const all = {}
    for (const [
      race,
      { first = ({ laptop }) => laptop.refresh(), act, dead = [], alive = [] },
    ] of Object.entries(races)) {
      const found = { 'alive that should be dead': 0, 'dead that should be alive': 0, '5xx': 0 }

      async function attempt(number) {
        const who = await prepare(`user${++users}@example.com`)
        const both = [() => first(who), () => act(who)]
        if (number % 2) both.reverse()
        const answers = await Promise.all(both.map((start) => start()))
        for (const each of dead) answers.push(...(await expect(who[each], false)))
        for (const each of alive) answers.push(...(await expect(who[each], true)))
        found['5xx'] += answers.filter(({ status }) => status >= 500).length
      }

      async function prepare(email) {
        const [laptop, phone] = [createClient(one.url), createClient(other.url)]
        const { body } = await laptop.signUp(email)
        if ([...dead, ...alive].includes('phone')) await phone.signIn(email)
        const thief = Object.assign(createClient(other.url), { cookie: laptop.cookie })
        // Twice, so that the token is spent and outside the grace period.
        for (const _ of dead.includes('thief') ? [1, 2] : []) await laptop.refresh()
        const tab = Object.assign(createClient(other.url), { cookie: laptop.cookie, token: laptop.token })
        return { laptop, tab, phone, thief, admin, guest: createClient(one.url), email, id: body.user.id }
      }

      async function expect(browser, isAlive) {
        const me = await browser.call('GET /me')
        const refreshed = await browser.refresh()
        const agrees = [me, refreshed].every(({ status }) => (status === 200) === isAlive)
        if (!agrees) found[isAlive ? 'dead that should be alive' : 'alive that should be dead'] += 1
        return [me, refreshed]
      }

      for (let done = 0; done < tries; done += AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => attempt(done + at)))
      t.diagnostic(`${race}: ${tries} tries, ${JSON.stringify(found)}`)
      all[race] = Object.values(found)
    }
    const none = Object.fromEntries(Object.keys(races).map((race) => [race, [0, 0, 0]]))
    assert.deepEqual(all, none, `${one.errors}${other.errors}`)
  })

  test(`${name}: two administrators who take the role from each other at once leave one`, async (t) => {
    const { one, other, admin } = await startTwo(t, create)
    const ada = { browser: admin, id: (await admin.call('GET /me')).body.user.id }
    const bob = { browser: createClient(other.url) }
    bob.id = (await bob.browser.signUp('bob@example.com')).body.user.id
    const setRoles = (by, of, roles) =>
      by.browser.call(`PUT /admin/users/${of.id}/roles`, { json: { roles } })
    for (let left = triesOn[name]; left > 0; left -= 1) {
      assert.equal((await setRoles(ada, bob, ['admin'])).status, 200)
      const answers = await Promise.all([setRoles(ada, bob, []), setRoles(bob, ada, [])])
      const statuses = answers.map(({ status }) => status).sort()
      // The second user is the last administrator, or is no longer an administrator.
      assert.ok(['200,409', '200,403'].includes(String(statuses)), `${statuses} ${one.errors}${other.errors}`)
      if (answers[0].status !== 200) assert.equal((await setRoles(bob, ada, ['admin'])).status, 200)
    }
  })
}
