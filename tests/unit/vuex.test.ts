import { expect, test } from 'vitest'
import { createStore } from 'vuex'
import { createTestAuth } from '../../js/testing.js'

test('`subscribe` can keep a Vuex store up to date, as the README shows', () => {
  const auth = createTestAuth()
  const store = createStore({
    strict: true,
    modules: {
      session: {
        namespaced: true,
        state: () => ({ ...auth.snapshot }),
        mutations: { show: (state, snapshot) => Object.assign(state, snapshot) },
      },
    },
  })
  auth.subscribe((snapshot) => store.commit('session/show', snapshot))
  expect(store.state).toMatchObject({ session: { status: 'unauthenticated', reason: 'never' } })
  auth.become({ user: { name: 'Ada' } })
  expect(store.state).toMatchObject({
    session: { status: 'authenticated', reason: null, user: { name: 'Ada' } },
  })
  auth.become('revoked')
  expect(store.state).toMatchObject({ session: { status: 'unauthenticated', reason: 'revoked', user: null } })
})
