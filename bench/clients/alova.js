import { createAlova } from 'alova'
import { createServerTokenAuthentication } from 'alova/client'
import adapterFetch from 'alova/fetch'

export function create() {
  let token
  const keep = async (response) => {
    if (!response.ok) throw new Error(String(response.status))
    token = (await response.json()).access_token
  }
  const { onAuthRequired, onResponseRefreshToken } = createServerTokenAuthentication({
    assignToken: (method) => {
      if (token) method.config.headers.Authorization = `Bearer ${token}`
    },
    refreshTokenOnSuccess: {
      isExpired: (response) => response.status === 401,
      handler: async () => keep(await fetch('/refresh', { method: 'POST' })),
    },
  })
  const alova = createAlova({
    requestAdapter: adapterFetch(),
    cacheFor: null,
    // Without it, equal requests at the same time are one.
    shareRequest: false,
    beforeRequest: onAuthRequired(),
    responded: onResponseRefreshToken((response) => response),
  })
  const send = (path) => alova.Get(path).send(true)
  return {
    signIn: async () => keep(await fetch('/login', { method: 'POST' })),
    get: (path) =>
      send(path).then(
        ({ status }) => status,
        ({ message }) => message,
      ),
    fetch: send,
  }
}
