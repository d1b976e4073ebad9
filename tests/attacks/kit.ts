/**
 * Runs in the page before every other script: tools of the attacks. They use the built-ins as they were at the start, so an
 * attack that replaces built-ins does not disturb its own records.
 */
export function kit() {
  const { ownKeys, apply, construct } = Reflect
  const Decoder = TextDecoder
  const { decode } = Decoder.prototype
  const { clone, text } = Response.prototype
  const { then } = Promise.prototype
  const isView = ArrayBuffer.isView
  const latin1 = (bytes: ArrayBuffer | ArrayBufferView) => apply(decode, new Decoder('latin1'), [bytes])
  let isBusy = false
  window.loot = []

  window.take = (...values) => {
    if (isBusy) return
    isBusy = true
    try {
      for (const value of values) loot[loot.length] = textOf(value, 5)
    } catch {
      // What cannot be read is not seen.
    } finally {
      isBusy = false
    }
  }

  function textOf(value: unknown, depth: number): string {
    if (typeof value === 'function') return ''
    if (typeof value !== 'object' || value === null) return String(value)
    if (depth === 0 || value === window || value instanceof Node) return ''
    if (value instanceof ArrayBuffer || isView(value)) return latin1(value).slice(0, 4_000_000)
    if (value instanceof WebAssembly.Memory) return ''
    if (value instanceof Promise) {
      apply(then, value, [take, () => {}])
      return ''
    }
    if (value instanceof Response && !value.bodyUsed) {
      const reading = apply(text, apply(clone, value, []), [])
      apply(then, reading, [take, () => {}])
    }
    const parts = [value instanceof Error ? `${value.message} ${value.stack}` : '']
    if (value instanceof Headers || value instanceof Map || value instanceof Set)
      parts[1] = textOf([...value], depth - 1)
    if (value instanceof Request || value instanceof Response)
      parts[1] = `${value.url} ${textOf(value.headers, depth - 1)}`
    for (const key of ownKeys(value)) {
      try {
        parts[parts.length] = `${String(key)}: ${textOf((value as never)[key], depth - 1)}`
      } catch {
        // A getter that throws shows nothing.
      }
    }
    return parts.join('; ')
  }

  // Scripts of workers are not in the list.
  window.vaultUrl = () =>
    performance.getEntriesByType('resource').find(({ name }) => name.includes('/auth.vault.js'))?.name ??
    new URL('/auth.vault.js?', document.baseURI).href

  window.poison = async (other, api) => {
    const inner = other as Window & typeof globalThis
    let hooked: unknown
    for (let isReady = false; !isReady; ) {
      if (inner.location.search === '?other' && inner.document !== hooked) {
        hooked = inner.document
        hook(inner, 'fetch')
        for (const name of ['append', 'get', 'set']) hook(inner.Headers.prototype, name)
      }
      isReady = 'auth' in inner
      await new Promise((resolve) => setTimeout(resolve))
    }
    await inner.auth.ready
    await inner.auth.signIn({ email: 'ada@example.com', password: 'correct horse' })
    await inner.auth.fetch(`${api}/api/v1/me`)
  }

  window.hook = (owner, name) => {
    const original = (owner as Record<PropertyKey, unknown>)[name]
    if (typeof original !== 'function') return
    const replaced = new Proxy(original, {
      apply(target, self, args) {
        take(self, args)
        const result = apply(target as never, self, args)
        take(result)
        return result
      },
      construct(target, args, newTarget) {
        take(args)
        return construct(target as never, args, newTarget)
      },
    })
    Object.defineProperty(owner, name, { value: replaced, configurable: true, writable: true })
  }

  window.hookGetter = (owner, name) => {
    const { get, set } = Object.getOwnPropertyDescriptor(owner, name) ?? {}
    if (!get) return
    const read = function (this: unknown) {
      const result = apply(get, this, [])
      take(result)
      return result
    }
    Object.defineProperty(owner, name, { get: read, configurable: true, ...(set && { set }) })
  }
}
