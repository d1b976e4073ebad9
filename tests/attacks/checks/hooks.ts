import { type Check, inPage } from '../check.js'

/** Group A: replaced built-ins of the page. */
export const hooks: Check[] = [
  { id: 'A1-fetch', title: 'replaces fetch', arm: () => hook(window, 'fetch'), limit: inPage(['before']) },
  {
    id: 'A1-headers',
    title: 'replaces Headers and its methods',
    arm() {
      for (const name of ['append', 'get', 'set']) hook(Headers.prototype, name)
      hook(window, 'Headers')
    },
    limit: inPage(),
  },
  {
    id: 'A1-request',
    title: 'replaces Request and its getters',
    arm() {
      for (const name of ['headers', 'url', 'body']) hookGetter(Request.prototype, name)
      hook(Request.prototype, 'clone')
      hook(window, 'Request')
    },
  },
  {
    id: 'A1-response',
    title: 'replaces the methods and getters of Response',
    arm() {
      for (const name of ['json', 'text', 'arrayBuffer', 'clone', 'blob']) hook(Response.prototype, name)
      for (const name of ['headers', 'body']) hookGetter(Response.prototype, name)
    },
    limit: inPage(),
  },
  {
    id: 'A1-xhr',
    title: 'replaces the methods and getters of XMLHttpRequest',
    arm() {
      for (const name of ['open', 'send', 'setRequestHeader']) hook(XMLHttpRequest.prototype, name)
      for (const name of ['response', 'responseText']) hookGetter(XMLHttpRequest.prototype, name)
    },
  },
  {
    id: 'A1-json',
    title: 'replaces JSON.parse and JSON.stringify',
    arm() {
      for (const name of ['parse', 'stringify']) hook(JSON, name)
    },
    limit: inPage(),
  },
  {
    id: 'A1-encoder',
    title: 'replaces TextEncoder and TextDecoder',
    arm() {
      for (const name of ['encode', 'encodeInto']) hook(TextEncoder.prototype, name)
      hook(TextDecoder.prototype, 'decode')
    },
    limit: inPage(),
  },
  {
    id: 'A1-bytes',
    title: 'replaces the methods of typed arrays',
    arm() {
      for (const name of ['set', 'subarray', 'slice']) hook(Object.getPrototypeOf(Uint8Array.prototype), name)
    },
    limit: inPage(),
  },
  {
    id: 'A1-strings',
    title: 'replaces the methods of String',
    arm() {
      for (const name of ['slice', 'split', 'replace', 'trim', 'startsWith', 'toString'])
        hook(String.prototype, name)
    },
    limit: inPage(),
  },
  {
    id: 'A1-lists',
    title: 'replaces the methods of Array and Map',
    arm() {
      for (const name of ['map', 'concat', 'join', 'filter']) hook(Array.prototype, name)
      for (const name of ['set', 'get']) hook(Map.prototype, name)
    },
    limit: inPage(),
  },
  {
    id: 'A1-objects',
    title: 'replaces Object.assign, Object.entries and structuredClone',
    arm() {
      for (const name of ['assign', 'entries', 'fromEntries', 'values']) hook(Object, name)
      hook(window, 'structuredClone')
    },
  },
  {
    id: 'A1-base64',
    title: 'replaces atob and btoa',
    arm() {
      for (const name of ['atob', 'btoa']) hook(window, name)
    },
    limit: inPage(),
  },
  {
    id: 'A2-then',
    title: 'a getter for then on Object.prototype',
    arm() {
      Object.defineProperty(Object.prototype, 'then', {
        configurable: true,
        get() {
          take(this)
          return undefined
        },
      })
    },
    limit: inPage(),
  },
  {
    id: 'A2-to-json',
    title: 'a getter for toJSON on Object.prototype',
    arm() {
      Object.defineProperty(Object.prototype, 'toJSON', {
        configurable: true,
        get() {
          take(this)
          return undefined
        },
      })
    },
  },
  {
    id: 'A2-setters',
    title: 'setters for names of tokens on Object.prototype',
    arm() {
      // Not `value` and `data`, which Playwright sets.
      for (const name of ['token', 'access_token', 'authorization', 'Authorization'])
        Object.defineProperty(Object.prototype, name, {
          configurable: true,
          get: () => undefined,
          set(value) {
            take(value)
            Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true })
          },
        })
    },
  },
  {
    id: 'A3-then',
    title: 'replaces Promise.prototype.then',
    arm() {
      const { apply } = Reflect
      const { prototype } = Promise
      const original = prototype.then
      const tapped = (callback: unknown) =>
        typeof callback !== 'function'
          ? callback
          : (value: unknown) => {
              take(value)
              return callback(value)
            }
      // biome-ignore lint/suspicious/noThenProperty: the attack replaces it
      prototype.then = function (this: unknown, done: unknown, failed: unknown) {
        return apply(original, this, [tapped(done), tapped(failed)])
      } as typeof original
    },
    limit: inPage(),
  },
  {
    id: 'A3-resolve',
    title: 'replaces Promise.resolve and Promise.reject',
    arm() {
      for (const name of ['resolve', 'reject']) hook(Promise, name)
    },
  },
  {
    id: 'A5-regexp',
    title: 'reads what the last regular expression matched',
    reap: () =>
      take(Reflect.get(RegExp, 'input'), Reflect.get(RegExp, '$1'), Reflect.get(RegExp, 'lastMatch')),
    arm() {
      const exec = RegExp.prototype.exec
      RegExp.prototype.exec = function (text) {
        take(text)
        return Reflect.apply(exec, this, [text])
      }
    },
    limit: inPage(),
  },
  {
    id: 'A4-memory',
    title: 'replaces the getter for the bytes of a WebAssembly memory',
    arm: () => hookGetter(WebAssembly.Memory.prototype, 'buffer'),
  },
  {
    id: 'A4-instances',
    title: 'replaces what makes WebAssembly memories and instances, and reads them',
    arm: () => {
      const { Memory } = WebAssembly
      const memories: WebAssembly.Memory[] = []
      const keep = (made: unknown) => {
        const { exports = {} } = (made as { instance?: WebAssembly.Instance }).instance ?? {}
        for (const it of [made, ...Object.values(exports)]) if (it instanceof Memory) memories.push(it)
        return made
      }
      class Replaced {
        constructor(options: WebAssembly.MemoryDescriptor) {
          // biome-ignore lint/correctness/noConstructorReturn: the page gets a real memory
          return keep(new Memory(options)) as Replaced
        }
      }
      Object.assign(WebAssembly, { Memory: Replaced })
      for (const name of ['instantiate', 'instantiateStreaming'] as const) {
        const original = WebAssembly[name] as (...args: unknown[]) => Promise<unknown>
        Object.assign(WebAssembly, { [name]: (...args: unknown[]) => original(...args).then(keep) })
      }
      Object.assign(window, { memories })
    },
    reap() {
      const { memories } = window as never as { memories: WebAssembly.Memory[] }
      for (const { buffer } of memories) take(buffer)
    },
  },
  {
    id: 'A6-stack',
    title: 'reads the arguments of the functions on the stack of every error',
    arm() {
      interface Frame {
        getThis(): unknown
        getFunction(): { arguments: ArrayLike<unknown> | null } | undefined
      }
      Object.assign(Error, {
        prepareStackTrace(_: Error, frames: Frame[]) {
          for (const frame of frames) {
            try {
              take(frame.getThis(), Array.from(frame.getFunction()?.arguments ?? []))
            } catch {
              // Strict functions show nothing.
            }
          }
          return ''
        },
      })
    },
    chromium: true,
  },
  {
    id: 'A6-timers',
    title: 'replaces setTimeout and queueMicrotask',
    arm() {
      for (const name of ['setTimeout', 'queueMicrotask', 'setInterval']) hook(window, name)
    },
  },
]
