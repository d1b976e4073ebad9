import { sweep } from '../../e2e/canary.js'
import { heapOfPage } from '../../e2e/heap.js'
import { type Check, inPage } from '../check.js'

/** Reads one place of the page from outside, with the sweep of canary.spec. */
const place = (name: string, title: string): Check => ({
  id: `C1-${name}`,
  title,
  inspect: async (page) => (await page.evaluate(sweep))[name] ?? '',
})

/** Groups B and C: what a script can reach and read. */
export const surfaces: Check[] = [
  place('globals', 'walks all objects that are reachable from window'),
  place('localStorage', 'reads localStorage'),
  place('sessionStorage', 'reads sessionStorage'),
  place('indexedDB', 'reads all databases'),
  place('caches', 'reads all caches'),
  place('cookies', 'reads document.cookie'),
  place('dom', 'reads the whole document'),
  place('history', 'reads the state of the history'),
  place('name', 'reads window.name'),
  place('performance', 'reads the timings of resources'),
  {
    id: 'C2-url',
    title: 'reads the address of the page',
    reap: () => take(location.href, document.referrer),
  },
  {
    id: 'B1-auth',
    title: 'reads auth, its snapshot and its events',
    arm: () => {
      globalThis.auth?.onEvent((event) => take(event))
      addEventListener('signed-in', (event) => take((event as CustomEvent).detail))
    },
    reap: () => take(auth, auth.snapshot, events, Object.getOwnPropertyDescriptors(auth)),
  },
  {
    id: 'B3-heap',
    title: 'takes a snapshot of the heap of the page',
    inspect: heapOfPage,
    chromium: true,
  },
  {
    id: 'B3-heap-after',
    title: 'takes a snapshot of the heap of the page after sign-out',
    inspect: heapOfPage,
    signsOut: true,
    chromium: true,
  },
  {
    id: 'C4-after',
    title: 'walks all objects after sign-out',
    inspect: async (page) => JSON.stringify(await page.evaluate(sweep)),
    signsOut: true,
  },
  {
    id: 'B5-errors',
    title: 'listens for errors and for rejected promises',
    arm() {
      addEventListener('error', ({ error, message }) => take(error, message))
      addEventListener('unhandledrejection', ({ reason }) => take(reason))
    },
  },
  {
    id: 'B5-refusals',
    title: 'reads the error of a request that fails',
    reap: async () => {
      for (const url of ['http://localhost:1/', 'http://[', 'data:,x'])
        await Promise.resolve()
          .then(() => auth.fetch(url))
          .catch((error) => take(error, error?.cause, error?.token))
    },
  },
  {
    id: 'B5-dispatch',
    title: 'replaces dispatchEvent, reportError and CustomEvent',
    arm() {
      hook(EventTarget.prototype, 'dispatchEvent')
      for (const name of ['reportError', 'CustomEvent']) hook(window, name)
    },
  },
  {
    id: 'B2-reimport',
    title: 'imports every script of the page again and reads its memory',
    reap: async () => {
      for (const { name } of performance.getEntriesByType('resource')) {
        if (!/\.js(\?|$)/.test(name) || /worker|vault\.js|first|page\.js/.test(name)) continue
        const found = await import(name).catch(() => ({}))
        const made = typeof found.default === 'function' ? await found.default().catch(() => ({})) : {}
        for (const it of [...Object.values(found), ...Object.values(made ?? {})])
          if (it instanceof WebAssembly.Memory) take(new Uint8Array(it.buffer))
      }
      const glue = await import('/pkg/wasm/core.js' as string).catch(() => ({}))
      const made = await glue.default?.().catch(() => ({}))
      for (const it of Object.values(made ?? {}))
        if (it instanceof WebAssembly.Memory)
          for (let at = 0; at < it.buffer.byteLength; at += 150_000)
            take(new Uint8Array(it.buffer, at, Math.min(200_000, it.buffer.byteLength - at)))
    },
    limit: inPage(),
  },
]
