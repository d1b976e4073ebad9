import { expect, test, vi } from 'vitest'
import { createSSRApp, defineComponent, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { authPlugin, useAuth } from '../../js/adapters/vue.js'
import { createAuth } from '../../js/client/create-auth.js'

const Who = defineComponent(() => {
  const { status, user } = useAuth()
  return () => h('p', `${status.value} ${user.value}`)
})

test('on a server the session is loading, and no reference to the rendered apps is kept', async () => {
  const auth = createAuth({})
  const subscribe = vi.spyOn(auth, 'subscribe')
  const render = () => renderToString(createSSRApp(Who).use(authPlugin(auth)))
  expect(await Promise.all([render(), render()])).toEqual(['<p>loading null</p>', '<p>loading null</p>'])
  expect(subscribe).not.toHaveBeenCalled()
})
