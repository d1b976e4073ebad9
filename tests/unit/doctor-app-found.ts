import type { SubjectId } from '../../js/doctor/app/subjects.js'

/** A line of code as people write it, the end of its file, and what doctor finds in it. */
type Case = [code: string, subject: SubjectId, ending?: string]

const storage: Case[] = [
  [`localStorage.setItem('token', data.access_token)`, 'storage.web'],
  [`const saved = window.localStorage.getItem("jwt")`, 'storage.web'],
  ['sessionStorage.removeItem(`refreshToken`)', 'storage.web'],
  [`localStorage?.getItem('shop.authToken') ?? ''`, 'storage.web'],
  [`headers.token = localStorage.token`, 'storage.web'],
  [`localStorage['id_token'] = answer.id_token`, 'storage.web'],
  [`delete window.sessionStorage.accessToken`, 'storage.web'],
  [`const { token } = localStorage`, 'storage.web'],
  [`const KEY = 'user-token'\nlocalStorage.setItem(KEY, value)`, 'storage.web'],
  [`localStorage.getItem(KEYS.ACCESS_TOKEN)`, 'storage.web'],
  [`localStorage.getItem(AUTH_STORAGE_KEY)`, 'storage.web'],
  [`localStorage.setItem('access', data.access)`, 'storage.web'],
  [`localStorage.setItem('me', JSON.stringify({ name, token }))`, 'storage.web'],
  [`const token = JSON.parse(localStorage.getItem('session-data'))`, 'storage.web'],
  [`export const getToken = () => {\n  return localStorage.getItem(id)\n}`, 'storage.web'],
  [
    `if (answer.data.accessToken) {\n  localStorage.setItem('user', JSON.stringify(answer.data))\n}`,
    'storage.web',
  ],
  [`const store = remember ? localStorage : sessionStorage\nstore.setItem('token', token)`, 'storage.web'],
  [`localStg.set('refreshToken', data.refreshToken)`, 'storage.web'],
  [`await localforage.setItem('token', token)`, 'storage.web'],
  [`setLocalStorage('accessToken', token)`, 'storage.web'],
  [`const token = useStorage('token', '')`, 'storage.web'],
  [`const [jwt, setJwt] = useLocalStorage<string | null>('jwt', null)`, 'storage.web'],
  [`export const tokenAtom = atomWithStorage('access_token', '')`, 'storage.web'],
  [`<button @click="localStorage.removeItem('token')">Sign out</button>`, 'storage.web', 'vue'],
  [`<script setup>\nconst token = localStorage.getItem('token')\n</script>`, 'storage.web', 'vue'],
  [`<button on:click={() => localStorage.removeItem('token')}>Sign out</button>`, 'storage.web', 'svelte'],
  [`<p>Don't worry</p>\n<p>{localStorage.getItem('token')}</p>`, 'storage.web', 'tsx'],
  [`<script>localStorage.setItem('token', '<?= $token ?>')</script>`, 'storage.web', 'php'],
  [`defineStore('auth', { state: () => ({ token: '' }), persist: true })`, 'storage.store'],
  [
    `defineStore('auth', () => { const token = ref(''); return { token } }, { persist: { pick: ['token'] } })`,
    'storage.store',
  ],
  [
    `import { create } from 'zustand'\nexport const useAuth = create(persist((set) => ({ token: null, user: null }), { name: 'auth' }))`,
    'storage.store',
  ],
  [
    `import { persistReducer } from 'redux-persist'\nconst config = { key: 'root', storage, whitelist: ['auth'] }\nexport default persistReducer(config, root)`,
    'storage.store',
  ],
  [
    `import createPersistedState from 'vuex-persistedstate'\nexport default new Vuex.Store({ plugins: [createPersistedState()], state: { token: null } })`,
    'storage.store',
  ],
]

const cookies: Case[] = [
  [`import Cookies from 'js-cookie'\nCookies.set('token', data.token, { expires: 7 })`, 'cookie.script'],
  [
    `import Cookies from 'js-cookie'\nconst TokenKey = 'Admin-Token'\nexport const read = () => Cookies.get(TokenKey)`,
    'cookie.script',
  ],
  [
    `import Cookies from 'universal-cookie'\nconst cookies = new Cookies()\ncookies.get('jwt')`,
    'cookie.script',
  ],
  [`this.$cookies.set('access_token', data.access_token)`, 'cookie.script'],
  [`const token = useCookie('token')`, 'cookie.script'],
  [`const [cookies, setCookie] = useCookies(['token', 'theme'])`, 'cookie.script'],
  [`document.cookie = \`token=\${data.token}; path=/; max-age=3600\``, 'cookie.script'],
  [`document.cookie = 'session=' + id`, 'cookie.script'],
  [`const found = document.cookie.split('; ').find((row) => row.startsWith('token='))`, 'cookie.script'],
  [`setCookie('auth', header, 365)`, 'cookie.script'],
  [`$.cookie('auth_token', token, { path: '/' })`, 'cookie.script', 'js'],
]

const interceptors: Case[] = [
  [
    `http.interceptors.request.use((config) => {\n  if (store.token) config.auth = store.token\n  return config\n})`,
    'interceptor.axios',
  ],
  [
    `api.interceptors.response.use((it) => it, (error) => {\n  if (error.response.status === 401) router.push('/login')\n  throw error\n})`,
    'interceptor.axios',
  ],
  [
    `const onFailure = (error) => {\n  if (error.status === 401) return again(error)\n}\nhttp.interceptors.response.use(undefined, onFailure)`,
    'interceptor.axios',
  ],
  [`api.interceptors.request.use(authRequestInterceptor)`, 'interceptor.axios'],
  [
    `$axios.onError((error) => {\n  if (error.response.status === 401) redirect('/login')\n})`,
    'interceptor.axios',
    'js',
  ],
  [`import createAuthRefreshInterceptor from 'axios-auth-refresh'`, 'interceptor.auth-refresh'],
  [`createAuthRefresh(http, (failed) => renew(failed))`, 'interceptor.auth-refresh'],
  [
    `export const api = ky.create({ hooks: { afterResponse: [async (request, options, response) => {\n  if (response.status === 401) return again(request)\n}] } })`,
    'interceptor.ky',
  ],
  [
    `export const api = $fetch.create({\n  onRequest({ options }) {\n    options.headers.set('X-Session', auth.token)\n  },\n})`,
    'interceptor.ofetch',
  ],
  [
    `export const api = $fetch.create({ onResponseError: async ({ response }) => {\n  if (response.status === 401) await navigateTo('/login')\n} })`,
    'interceptor.ofetch',
  ],
  [
    `import { authExchange } from '@urql/exchange-auth'\nconst exchange = authExchange(async (utils) => config(utils))`,
    'interceptor.urql',
  ],
  [
    `if (response.status === 401) {\n  await refreshSession()\n  response = await fetch(url)\n}`,
    'interceptor.retry',
  ],
  [`switch (error.status) {\n  case 401:\n    return this.logout()\n}`, 'interceptor.retry'],
  [`if ([401, 403].includes(error.status)) window.location.href = '/login'`, 'interceptor.retry'],
]

const headers: Case[] = [
  [`fetch(url, { headers: { Authorization: \`Bearer \${token}\` } })`, 'header.authorization'],
  [`headers: { 'Authorization': 'Bearer ' + user.token },`, 'header.authorization'],
  [`config.headers['X-Token'] = getToken()`, 'header.authorization'],
  [`headers.set('authorization', \`Token \${token}\`)`, 'header.authorization'],
  [`xhr.setRequestHeader('Authorization', auth.header())`, 'header.authorization'],
  [`config.headers.Authorization = formatToken(store.accessToken)`, 'header.authorization'],
  [`return { 'x-access-token': user.accessToken }`, 'header.authorization'],
  [
    `request.clone({ setHeaders: { Authorization: \`Bearer \${this.auth.token}\` } })`,
    'header.authorization',
  ],
  [`axios.defaults.headers.common['Authorization'] = \`Bearer \${token}\``, 'header.axios'],
  [`delete axios.defaults.headers.common.Authorization`, 'header.axios'],
  [`this.$axios.setToken(token, 'Bearer')`, 'header.axios', 'js'],
  [
    `setContext((_, { headers }) => ({ headers: { ...headers, authorization: token ? \`Bearer \${token}\` : '' } }))`,
    'header.apollo',
  ],
]

const stores: Case[] = [
  [
    `export const useAuth = defineStore('auth', { state: () => ({ user: null, token: null as string | null }) })`,
    'store.token',
  ],
  [
    `export const useAuth = defineStore('auth', () => {\n  const accessToken = ref<string>()\n  return { accessToken }\n})`,
    'store.token',
  ],
  [
    `const state = { token: getToken(), roles: [] }\nconst mutations = { SET_TOKEN: (state, token) => (state.token = token) }`,
    'store.token',
  ],
  [
    `export const auth = createSlice({ name: 'auth', initialState: { authToken: '', user: '' }, reducers: {} })`,
    'store.token',
  ],
  [
    `import { create } from 'zustand'\nexport const useSession = create((set) => ({ jwt: null, setJwt: (jwt) => set({ jwt }) }))`,
    'store.token',
  ],
  [`export const login = () => {\n  const [token, setToken] = useState(null)\n}`, 'store.token'],
  [
    `const AuthContext = createContext(null)\nexport const Provider = () => <AuthContext.Provider value={{ user, token, login }} />`,
    'store.token',
    'jsx',
  ],
  [`export const token = writable(null) // set by login()\nexport function login() {}`, 'store.token'],
  [`import { jwtDecode } from 'jwt-decode'`, 'store.jwt'],
  [`const decode = require('jwt-decode')`, 'store.jwt', 'js'],
  [`const claims = JSON.parse(atob(token.split('.')[1]))`, 'store.jwt'],
]

const servers: Case[] = [
  [`res.cookie('token', token)`, 'server.cookie'],
  [`res.cookie('refresh_token', token, { httpOnly: true, maxAge: 900000 })`, 'server.cookie'],
  [
    `const options = { httpOnly: true, secure: false, sameSite: 'lax' }\nres.status(200).cookie('jwt', token, options)`,
    'server.cookie',
  ],
  [`reply.setCookie('session', id, { httpOnly: true, path: '/' })`, 'server.cookie'],
  [`setCookie(event, 'access_token', token, { sameSite: 'lax', secure: true })`, 'server.cookie'],
  [`import { cookies } from 'next/headers'\ncookies().set('token', data.token)`, 'server.cookie'],
  [
    `import { cookies } from 'next/headers'\n;(await cookies()).set({ name: 'session', value: id, httpOnly: true })`,
    'server.cookie',
  ],
  [
    `import { NextResponse } from 'next/server'\nresponse.cookies.set('token', token, { httpOnly: true })`,
    'server.cookie',
  ],
  [`res.setHeader('Set-Cookie', \`token=\${token}; HttpOnly; Path=/\`)`, 'server.cookie'],
  [`cookies[:token] = user.token`, 'server.cookie', 'rb'],
  [
    `cookies.signed[:jwt] = { value: token, httponly: true, expires: 1.hour.from_now }`,
    'server.cookie',
    'rb',
  ],
  [`response.set_cookie('access_token', token)`, 'server.cookie', 'py'],
  [
    `response.set_cookie(\n    key='refresh_token', value=str(refresh), httponly=True, samesite='Lax'\n)`,
    'server.cookie',
    'py',
  ],
  [
    `response.set_cookie(SESSION_COOKIE, token, httponly=False, secure=True, samesite='lax')`,
    'server.cookie',
    'py',
  ],
  [`<?php\nsetcookie('token', $token, time() + 3600, '/');`, 'server.cookie', 'php'],
  [
    `<?php\nreturn response($user)->withCookie(cookie('jwt', $token, 60, null, null, false, false));`,
    'server.cookie',
    'php',
  ],
]

export const FOUND: Case[] = [...storage, ...cookies, ...interceptors, ...headers, ...stores, ...servers]
