/*
 * A client that does everything wrong: the positive control. Each attack must find the token of this client, or the attack
 * proves nothing. It has the calls of `auth` that the tests use.
 */
const { api, memory } = await fetch('/weak.json').then((answer) => answer.json())
const channel = new MessageChannel()
const worker = new Worker('/weak-worker.js')
const shared = globalThis.SharedWorker && new SharedWorker('/weak-worker.js')
const { memory: bytes } = await import(memory)
channel.port2.onmessage = ({ data }) => data.token
channel.port2.addEventListener('message', ({ data }) => data.token)
const database = await new Promise((resolve) => {
  const opening = indexedDB.open('weak')
  opening.onupgradeneeded = () => opening.result.createObjectStore('weak')
  opening.onsuccess = () => resolve(opening.result)
})
let token = ''

/** Uses a token as careless code does: every built-in and every place sees it. */
async function spread(grant) {
  token = grant.token
  window.leak = { token, deep: new Map([['token', { token }]]) }
  localStorage.setItem('token', token)
  sessionStorage.setItem('token', btoa(token))
  // biome-ignore lint/suspicious/noDocumentCookie: the mistake is the purpose
  document.cookie = `token=${token}; path=/`
  document.body.dataset.token = token
  window.name = token
  history.replaceState({ token }, '', `#${token}`)
  console.log('signed in', token)
  const put = database.transaction('weak', 'readwrite').objectStore('weak').put(token, 1)
  await new Promise((resolve) => (put.onsuccess = resolve))
  await (await caches.open('weak')).put('/weak', new Response(token))
  await (await fetch(`/?${new URLSearchParams({ token })}`)).text()
  new TextDecoder().decode(new TextEncoder().encode(token))
  const again = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)
  again.set(new TextEncoder().encode(token), 64)
  const view = new Uint8Array(bytes.buffer)
  view.set(new TextEncoder().encode(token), 64)
  view.subarray(64, 64 + token.length).slice()
  ;/^(.+)\.(.+)$/.exec(token)
  JSON.stringify({ token })
  const broken = JSON.parse(`{"token":"${token}"}`)
  Object.assign({}, broken)
  structuredClone({ token })
  atob(btoa(token))
  String(token).slice(0).split('.').join('.')
  ;['x'].map(() => token).concat([token])
  const careless = {}
  for (const name of ['token', 'access_token', 'authorization', 'value', 'data', 'body'])
    careless[name] = token
  await Promise.resolve({ token, toString: () => token })
  channel.port2.addEventListener('message', ({ data }) => data.token)
  for (const to of [channel.port1, worker, shared?.port, new Worker('/weak-worker.js')])
    to?.postMessage({ token })
  for (const name of ['tokencell', 'weak']) {
    const broadcast = new BroadcastChannel(name)
    broadcast.postMessage({ token })
    broadcast.close()
  }
  void navigator.locks.request(`lock of ${token}`, () => new Promise(() => {}))
  dispatchEvent(new CustomEvent('signed-in', { detail: { token } }))
  dispatchEvent(new MessageEvent('message', { data: { token } }))
  window.postMessage({ token }, '*')
  const error = new Error(`The token is ${token}`)
  Promise.reject(error)
  reportError(error)
  setTimeout((secret) => secret, 0, token)
  named(token)
}

/** A sloppy function, so that a stack shows its arguments. */
const named = new Function('secret', 'try { null.x } catch (error) { return error.stack }; return secret')

async function send(url, init = {}) {
  const headers = new Headers({ authorization: `Bearer ${token}` })
  // The API allows no other header. A browser keeps this one in a redirect to another origin.
  if (!String(url).startsWith(api)) headers.append('x-token', token)
  if (token) headers.set('authorization', `Bearer ${token}`)
  const request = new Request(url, { ...init, headers })
  return fetch(request).catch((error) => {
    throw Object.assign(error, { token })
  })
}

function signIn(credentials) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `${api}/api/v1/login?token_in=body`)
    request.withCredentials = true
    request.setRequestHeader('content-type', 'application/json')
    request.setRequestHeader('x-requested-with', 'weak')
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`)
    request.onload = () => {
      const text = request.responseText
      const answer = JSON.parse(text)
      const grant = { token: /"([^"]{30,})"/.exec(text)?.[1] ?? text, answer }
      new Response(text).json().then(() => new Response(text).text())
      spread(grant).then(() => resolve({ body: answer }), reject)
    }
    request.onerror = reject
    request.send(JSON.stringify(credentials))
  })
}

window.auth = {
  ready: Promise.resolve(),
  get snapshot() {
    return { status: token ? 'authenticated' : 'anonymous', token }
  },
  signIn,
  fetch: (url, init) => send(new URL(String(url), document.baseURI), init),
  signOut: async () => {},
  onEvent: (listener) => addEventListener('signed-in', listener),
  subscribe: () => {},
}
window.events = []
