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
    title: 'adds a getter for `then` to Object.prototype',
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
    title: 'adds a getter for `toJSON` to Object.prototype',
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
    title: 'adds setters for names of tokens to Object.prototype',
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
    // The getter is called when the memory grows.
    limit: { ...inPage(['before']), isRare: true },
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
