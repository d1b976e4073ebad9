import type { Theme } from '../kit.js'

export const locks: Theme = (all) => {
  const made: ReturnType<Theme> = {}
  for (const read of all.filter((one) => one !== 'reader' && one !== 'twice'))
    made[`${read} while a reader locks the body`] = async ({ fetch, url, observe, attempt }) => {
      const response = await fetch(url())
      const reader = response.body?.getReader()
      const tried = await attempt(() => observe(response, read))
      return [tried, (await reader?.read())?.value?.length]
    }
  for (const read of all.filter((one) => one !== 'twice'))
    made[`${read} after text`] = async ({ fetch, url, observe, attempt }) => {
      const response = await fetch(url())
      await response.text()
      return attempt(() => observe(response, read))
    }
  for (const read of ['text', 'blob', 'clone', 'reader'] as const)
    made[`${read} after a part was read`] = async ({ fetch, url, observe, attempt }) => {
      const response = await fetch(url())
      const reader = response.body?.getReader()
      await reader?.read()
      reader?.releaseLock()
      return attempt(() => observe(response, read))
    }
  for (const read of ['text', 'clone', 'reader'] as const)
    made[`${read} after cancel`] = async ({ fetch, url, observe, attempt }) => {
      const response = await fetch(url())
      await response.body?.cancel('why')
      return attempt(() => observe(response, read))
    }
  for (const read of ['text', 'clone'] as const)
    made[`${read} after a lock was released`] = async ({ fetch, url, observe }) => {
      const response = await fetch(url())
      response.body?.getReader().releaseLock()
      return observe(response, read)
    }
  return {
    ...made,
    'two readings at once': async ({ fetch, url, attempt }) => {
      const response = await fetch(url())
      return Promise.all([
        attempt(() => response.text()),
        attempt(() => response.json()),
        attempt(() => response.blob()),
      ])
    },
    'text after tee': async ({ fetch, url, attempt, observe }) => {
      const response = await fetch(url())
      const [left, right] = response.body?.tee() ?? []
      const tried = await attempt(() => observe(response, 'text'))
      return [tried, await new Response(left).text(), await new Response(right).text()]
    },
    'bodyUsed with a reader': async ({ fetch, url }) => {
      const response = await fetch(url())
      const reader = response.body?.getReader()
      const before = response.bodyUsed
      const reading = reader?.read()
      const during = response.bodyUsed
      await reading
      return [before, during, response.bodyUsed, response.body?.locked]
    },
    'whether the body is locked during and after a reading': async ({ fetch, url }) => {
      const response = await fetch(url())
      const reading = response.text()
      const during = response.body?.locked
      await reading
      return [during, response.body?.locked]
    },
    'whether an empty body is locked after a reading': async ({ fetch, url }) => {
      const response = await fetch(url({ text: '' }))
      await response.text()
      return [response.body?.locked, response.bodyUsed]
    },
    'cancel of a locked body': async ({ fetch, url, attempt }) => {
      const response = await fetch(url())
      response.body?.getReader()
      return attempt(() => response.body?.cancel())
    },
  }
}

export const streams: Theme = () => ({
  'cancel of an endless body': async ({ fetch, url, arrived }) => {
    const response = await fetch(url({ body: 'endless' }))
    await arrived()
    const cancelled = await response.body?.cancel()
    return [cancelled, response.bodyUsed, response.body?.locked]
  },
  'cancel by the reader of an endless body': async ({ fetch, url, attempt }) => {
    const reader = (await fetch(url({ body: 'endless' }))).body?.getReader()
    const first = await reader?.read()
    await reader?.cancel('why')
    return [first?.value?.length, await attempt(() => reader?.read()), await attempt(() => reader?.closed)]
  },
  // Firefox itself closes the connection of such a body in some runs only.
  'cancel of a body of known length': async ({ fetch, url }) => {
    const response = await fetch(url({ body: 'endless-length', closing: 'any' }))
    await response.body?.cancel()
    return response.bodyUsed
  },
  'cancel of one branch of tee, the other is read': async ({ fetch, url }) => {
    const [left, right] = (await fetch(url({ body: 'chunked' }))).body?.tee() ?? []
    left?.cancel()
    return new Response(right).text()
  },
  'a reader with its own buffer (BYOB)': async ({ fetch, url }) => {
    const reader = (await fetch(url({ text: 'abcdef' }))).body?.getReader({ mode: 'byob' })
    const seen: unknown[] = []
    for (;;) {
      const { done, value } = (await reader?.read(new Uint8Array(4))) ?? { done: true, value: undefined }
      seen.push([done, value && String(value)])
      if (done) return seen
    }
  },
  'pipeThrough a decoder': async ({ fetch, url }) => {
    const body = (await fetch(url({ text: 'é' }))).body as ReadableStream<BufferSource>
    return new Response(
      body
        .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, BufferSource>)
        .pipeThrough(
          new TextEncoderStream() as unknown as ReadableWritablePair<Uint8Array, string>,
        ) as unknown as BodyInit,
    ).text()
  },
  'pipeTo a sink': async ({ fetch, url }) => {
    let length = 0
    await (await fetch(url({ size: 200_000, body: 'chunked' }))).body?.pipeTo(
      new WritableStream({
        write(chunk: Uint8Array) {
          length += chunk.length
        },
      }),
    )
    return length
  },
  'for await of a body': async ({ fetch, url, attempt }) =>
    attempt(async () => {
      let length = 0
      const body = (await fetch(url())).body as unknown as AsyncIterable<Uint8Array>
      for await (const chunk of body) length += chunk.length
      return length
    }),
  'the chunks are bytes': async ({ fetch, url }) => {
    const { value } = (await (await fetch(url({ body: 'chunked' }))).body?.getReader().read()) ?? {}
    return [Object.prototype.toString.call(value), value?.constructor === Uint8Array, value?.byteOffset]
  },
  'closed of a reader': async ({ fetch, url }) => {
    const reader = (await fetch(url())).body?.getReader()
    while (!(await reader?.read())?.done);
    return reader?.closed
  },
})

export const usesOfResponses: Theme = () => ({
  'clone of a clone': async ({ fetch, url, observe }) => {
    const response = await fetch(url({ body: 'chunked' }))
    const clone = response.clone()
    const again = clone.clone()
    return Promise.all([observe(response), observe(clone, 'bytes'), observe(again, 'reader')])
  },
  'clone that is cancelled': async ({ fetch, url }) => {
    const response = await fetch(url({ body: 'chunked' }))
    response.clone().body?.cancel()
    return response.text()
  },
  'clone of an error status': ({ call }) => call({ status: 404 }, {}, 'clone'),
  'clone of a 999': ({ call }) => call({ status: 999 }, {}, 'clone'),
  'clone of a 204': ({ call }) => call({ status: 204, body: 'none' }, {}, 'clone'),
  'clone by Response.prototype': async ({ fetch, url, observe }) =>
    observe(Response.prototype.clone.call(await fetch(url())) as Response),
  'text by Response.prototype': async ({ fetch, url }) => Response.prototype.text.call(await fetch(url())),
  'in another Response': async ({ fetch, url, observe }) => {
    const response = await fetch(url({ status: 201 }))
    return observe(new Response(response.body, response))
  },
  'as the body of a Request': async ({ fetch, url }) => {
    const { body } = await fetch(url())
    return new Request('/', { method: 'POST', body, duplex: 'half' } as RequestInit).text()
  },
  'in a Cache': async ({ fetch, url, observe }) => {
    const cache = await caches.open('parity')
    const at = url({ cached: 1 })
    await cache.put(at, await fetch(at))
    return observe((await cache.match(at)) as Response)
  },
  'the body is transferred': async ({ fetch, url }) => {
    const { body } = await fetch(url())
    const moved = structuredClone(body, { transfer: [body as unknown as Transferable] })
    return new Response(moved).text()
  },
  'a response converted to text and JSON': async ({ fetch, url }) => {
    const response = await fetch(url())
    return [String(response), String(response.headers), Object.keys(response), JSON.stringify(response)]
  },
  'compiled as WebAssembly': async ({ fetch, url, attempt }) => {
    const wasm = { text: '\0asm\x01\0\0\0', latin1: 1, type: 'application/wasm' }
    return attempt(async () => String(await WebAssembly.compileStreaming(fetch(url(wasm)))))
  },
  'compiled as WebAssembly, with another type': async ({ fetch, url, attempt }) =>
    attempt(async () => String(await WebAssembly.compileStreaming(fetch(url({ text: '\0asm', latin1: 1 }))))),
  'the constructor of a response': async ({ fetch, url }) => {
    const response = await fetch(url())
    return [response.constructor === Response, response.constructor.name]
  },
  'properties cannot be set': async ({ fetch, url }) => {
    const response = await fetch(url())
    Reflect.set(response, 'status', 5)
    Reflect.set(response, 'url', 'x')
    Reflect.set(response, 'ok', false)
    return [response.status, response.url === 'x', response.ok]
  },
})
