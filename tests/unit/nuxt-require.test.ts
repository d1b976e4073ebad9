import type { H3Event } from 'h3'
import { expect, test, vi } from 'vitest'
import { offerSession } from '../../js/nuxt/runtime/server/context.js'
import { useServerAuth } from '../../js/nuxt/runtime/server/session.js'

const settings = vi.hoisted(() => ({ roles: undefined as string | undefined }))
vi.mock('nitropack/runtime', () => ({ useRuntimeConfig: () => ({ public: { tokencell: settings } }) }))

/** The session of a request with this snapshot. */
function authOf(snapshot: object) {
  const event = { context: {}, node: { req: {} } } as unknown as H3Event
  offerSession(event, () => ({ info: async () => ({ snapshot, session: null, at: 0 }) }) as never)
  return useServerAuth(event)
}

const NOBODY = { status: 'unauthenticated', user: null, claims: null, reason: 'never' }
const LOADING = { ...NOBODY, status: 'loading', reason: null }
const ada = (user: object) => ({ status: 'authenticated', user, claims: null, reason: null })
const ADMIN = { roles: ['admin'] }

test.each([
  ['a visitor without a session, by default', NOBODY, undefined, 401],
  ['a visitor whose session is not known, by default', LOADING, undefined, 401],
  ['a user, by default', ada({}), undefined, 200],
  ['a visitor without a session, for a role', NOBODY, ADMIN, 401],
  ['a user without the role', ada({ roles: ['reader'] }), ADMIN, 403],
  ['a user with the role', ada({ roles: ['admin'] }), ADMIN, 200],
  ['a user, for guests only', ada({}), { guestOnly: true }, 403],
  ['a visitor without a session, for guests only', NOBODY, { guestOnly: true }, 200],
])('`require` in Nitro admits whom the rule admits: %s', async (_, snapshot, rule, status) => {
  const asked = authOf(snapshot).require(rule as never)
  if (status === 200) expect((await asked).snapshot).toBe(snapshot)
  else await expect(asked).rejects.toMatchObject({ statusCode: status })
})

test('`require` reads the roles where the option `roles` says', async () => {
  settings.roles = 'user.permissions'
  await expect(authOf(ada({ roles: ['admin'] })).require(ADMIN)).rejects.toMatchObject({ statusCode: 403 })
  expect(await authOf(ada({ permissions: ['admin'] })).require(ADMIN)).toHaveProperty('snapshot')
  settings.roles = undefined
})
