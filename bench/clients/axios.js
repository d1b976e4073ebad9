import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'

export function create() {
  let token
  const api = axios.create({ validateStatus: (status) => status < 300 })
  const keep = ({ data }) => {
    token = data.access_token
  }
  api.interceptors.request.use((config) => {
    if (token) config.headers.Authorization = `Bearer ${token}`
    return config
  })
  const refresh = async (failed) => {
    keep(await axios.post('/refresh'))
    failed.response.config.headers.Authorization = `Bearer ${token}`
  }
  // With the default, requests that get a 401 while a refresh runs fail.
  createAuthRefresh(api, refresh, { deduplicateRefresh: false })
  return {
    signIn: async () => keep(await axios.post('/login')),
    get: (path) =>
      api.get(path).then(
        ({ status }) => status,
        ({ response, code }) => response?.status ?? code,
      ),
    async fetch(path) {
      const { data } = await api.get(path, { responseType: 'arraybuffer' })
      return { arrayBuffer: async () => data }
    },
  }
}
