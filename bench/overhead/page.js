// Runs in the page: the same request in every way there is, in turns, so that whatever slows the machine slows all.

import { createAuth } from '/pkg/index.js'

const inShared = (url) => new SharedWorker(url, { type: 'module', extendedLifetime: true })
const inWorker = (url) => new Worker(url, { type: 'module' })

const placements = {
  page: { page: () => import('/vault.js') },
  worker: { worker: () => inWorker('/vault.js') },
  shared: { shared: () => inShared('/vault.js') },
}

async function signedIn(placement) {
  const auth = createAuth(placement)
  await auth.signIn({})
  return auth.fetch
}

/** What any worker costs: forward.js does nothing but fetch and pass the bytes on. */
function forwarded(port) {
  const waiting = new Map()
  let last = 0
  port.onmessage = ({ data }) => {
    waiting.get(data.id)(data)
    waiting.delete(data.id)
  }
  return async (url) => {
    const { body, head } = await new Promise((resolve) => {
      waiting.set(++last, resolve)
      port.postMessage({ id: last, url })
    })
    return new Response(body, head)
  }
}

/** Packages for applications, as the page of an application uses them. */
async function ofPeer(name) {
  const { create } = await import(`/out/${name}.js`)
  const client = create()
  await client.signIn()
  return client.fetch
}

/** This client replaces the `fetch` of its window, so it gets a window of its own. */
async function inFrame() {
  const frame = document.createElement('iframe')
  frame.src = '/frame'
  document.body.append(frame)
  await new Promise((resolve) => frame.addEventListener('load', resolve))
  await frame.contentWindow.signedIn
  return (url) => frame.contentWindow.client.fetch(url)
}

const bare = { headers: { authorization: 'Bearer of-the-same-length' } }
const ways = { bare: (url) => fetch(url, bare) }
for (const [name, placement] of Object.entries(placements)) ways[name] = await signedIn(placement)
ways['any worker'] = forwarded(inWorker('/forward.js'))
ways['any shared'] = forwarded(inShared('/forward.js').port)
for (const name of ['axios', 'alova']) ways[name] = await ofPeer(name)
ways.supertokens = await inFrame()

/** Milliseconds that each way took in each round; the order changes from round to round. */
async function measure({ bytes, atOnce, rounds }) {
  const names = Object.keys(ways)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  const once = async (name) => (await ways[name](`/bytes?n=${bytes}`)).arrayBuffer()
  for (let round = 0; round < rounds; round++) {
    for (const at of names.keys()) {
      const name = names[(at + round) % names.length]
      const began = performance.now()
      await Promise.all(Array.from({ length: atOnce }, () => once(name)))
      times[name].push(performance.now() - began)
    }
  }
  return times
}

for (const trial of await (await fetch('/trials')).json()) {
  await measure({ ...trial, rounds: 5 })
  await fetch('/times', { method: 'POST', body: JSON.stringify(await measure(trial)) })
}
