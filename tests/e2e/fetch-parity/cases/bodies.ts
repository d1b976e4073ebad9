import type { Theme } from '../kit.js'

export const bodies: Theme = () => {
  const kinds: Record<string, () => BodyInit | null> = {
    'no body': () => null,
    'a text': () => 'text',
    'an empty text': () => '',
    'a text with umlauts and emoji': () => 'äö\u{1f600}',
    'a text with a lone surrogate': () => 'a\ud800b',
    'a text of 200 KB': () => 'é'.repeat(100_000),
    'a Blob': () => new Blob(['blob']),
    'a Blob with a type': () => new Blob(['blob'], { type: 'Image/PNG;a=B' }),
    'a Blob with an odd type': () => new Blob(['blob'], { type: 'é' }),
    'an empty Blob': () => new Blob([]),
    'a slice of a Blob': () => new Blob(['blobblob'], { type: 'a/b' }).slice(2, 5, 'c/d'),
    'a File': () => new File(['file'], 'name.txt', { type: 'text/css' }),
    'an ArrayBuffer': () => new Uint8Array([0, 128, 255]).buffer,
    'an empty ArrayBuffer': () => new ArrayBuffer(0),
    'a Uint8Array': () => new Uint8Array([1, 2, 3]),
    'a subarray of a Uint8Array': () => new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3),
    'a Uint16Array with an offset': () => new Uint16Array(new Uint16Array([1, 2, 3]).buffer, 2, 1),
    'a Float64Array': () => new Float64Array([1.5]),
    'a BigInt64Array': () => new BigInt64Array([5n]),
    'a DataView with an offset': () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
    URLSearchParams: () =>
      new URLSearchParams([
        ['a', '1 2'],
        ['a', 'é'],
        ['', ''],
      ]),
    'empty URLSearchParams': () => new URLSearchParams(),
  }
  const made: ReturnType<Theme> = {}
  for (const [name, body] of Object.entries(kinds)) {
    made[`POST of ${name}`] = ({ call }) => call({}, { method: 'POST', body: body() })
    made[`PUT of ${name} with a custom Content-Type`] = ({ call }) =>
      call({}, { method: 'PUT', body: body(), headers: { 'content-type': 'text/x-own' } })
  }
  return made
}

export const forms: Theme = () => {
  const of = (fill: (form: FormData) => void): ReturnType<Theme>[string] => {
    return ({ call }) => {
      const body = new FormData()
      fill(body)
      return call({}, { method: 'POST', body })
    }
  }
  return {
    'an empty form': of(() => {}),
    'a form with texts and a repeated name': of((form) => {
      form.append('a', '1')
      form.append('b', '2')
      form.append('a', '3')
    }),
    'a form with unicode and quotes': of((form) => form.set('ä"\r\nb', 'ö"\n\ud800')),
    'a form with a file': of((form) => form.set('f', new File(['a'], 'é".txt', { type: 'text/css' }))),
    'a form with two files of the same name': of((form) => {
      form.append('f', new File(['a'], 'a'))
      form.append('f', new File([], 'b'))
    }),
    'a form with a Blob': of((form) => form.set('f', new Blob(['a'], { type: 'a/b' }))),
    'a form with a Blob and a file name': of((form) => form.set('f', new Blob(['a']), 'named.bin')),
    'a form with a file and its lastModified': of((form) =>
      form.set('f', new File(['a'], 'a', { lastModified: 1 })),
    ),
    'a form with a file of 1 MB': of((form) => form.set('f', new File(['a'.repeat(1_000_000)], 'a'))),
    'a form of an element': of((form) => {
      const element = document.createElement('form')
      element.innerHTML =
        '<input name="a" value="1"><input type="file" name="b"><textarea name="c">x\ny</textarea>'
      for (const [name, value] of new FormData(element)) form.append(name, value as string)
    }),
    'a form with a custom Content-Type': ({ call }) => {
      const body = new FormData()
      body.set('a', 'b')
      return call({}, { method: 'POST', body, headers: { 'content-type': 'multipart/form-data' } })
    },
  }
}

export const oddBodies: Theme = () => {
  const made: ReturnType<Theme> = {}
  const odd: Record<string, () => unknown> = {
    'a number': () => 5,
    'an object': () => ({ a: 1 }),
    'an object with toString': () => ({ toString: () => 'as text' }),
    'an object whose toString throws': () => ({
      toString() {
        throw new RangeError('mine')
      },
    }),
    'an array': () => [1, 2],
    false: () => false,
    undefined: () => undefined,
    'a symbol': () => Symbol('a'),
    'a String object': () => new String('text'),
    'a URL': () => new URL('http://a.example/b'),
    'a Proxy of a form': () => new Proxy(new FormData(), {}),
    'a Response': () => new Response('a'),
    'an object whose toStringTag is Blob': () => ({ [Symbol.toStringTag]: 'Blob', size: 1, type: '' }),
    'something with the prototype of FormData': () => Object.create(FormData.prototype),
  }
  for (const [name, body] of Object.entries(odd))
    made[`POST of ${name}`] = ({ call, attempt }) =>
      attempt(() => call({}, { method: 'POST', body: body() as BodyInit }))
  for (const method of ['GET', 'HEAD', 'get'])
    made[`${method} with a body`] = ({ call }) => call({}, { method, body: 'a' })
  made['GET with an empty body'] = ({ call }) => call({}, { body: '' })
  const stream = () => new Blob(['stream']).stream()
  const sent = (body: ReadableStream, more = {}) => ({ method: 'POST', body, ...more }) as RequestInit
  return {
    ...made,
    'POST of a stream': ({ call }) => call({}, sent(stream(), { duplex: 'half' })),
    'POST of a stream without duplex': ({ call }) => call({}, sent(stream())),
    'POST of a stream that is locked': ({ call }) => {
      const body = stream()
      body.getReader()
      return call({}, sent(body, { duplex: 'half' }))
    },
    'POST of a stream that was read': async ({ call }) => {
      const body = stream()
      const reader = body.getReader()
      await reader.read()
      reader.releaseLock()
      return call({}, sent(body, { duplex: 'half' }))
    },
    'POST of a detached buffer': ({ call }) => {
      const body = new ArrayBuffer(8)
      structuredClone(body, { transfer: [body] })
      return call({}, { method: 'POST', body })
    },
    'POST of a view of a detached buffer': ({ call }) => {
      const body = new Uint8Array(8)
      structuredClone(body, { transfer: [body.buffer] })
      return call({}, { method: 'POST', body })
    },
    'an invalid duplex': ({ call }) => call({}, sent(stream(), { duplex: 'full' })),
  }
}

/** Bodies created in an iframe: `instanceof` is false for them, and `fetch` accepts them. */
export const foreignBodies: Theme = () => {
  const kinds: Record<string, (realm: typeof globalThis) => BodyInit> = {
    'a Blob': (realm) => new realm.Blob(['blob'], { type: 'a/b' }),
    'a File': (realm) => new realm.File(['file'], 'name', { type: 'a/b' }),
    'an ArrayBuffer': (realm) => new realm.Uint8Array([1, 2]).buffer,
    'a Uint8Array': (realm) => new realm.Uint8Array([1, 2]),
    'a Uint16Array': (realm) => new realm.Uint16Array([1, 2]),
    'a DataView': (realm) => new realm.DataView(new realm.ArrayBuffer(3), 1),
    URLSearchParams: (realm) => new realm.URLSearchParams('a=b'),
    'a form': (realm) => {
      const form = new realm.FormData()
      form.append('a', 'b')
      form.append('f', new realm.File(['file'], 'name'))
      form.append('g', new File(['file'], 'name'))
      return form
    },
    'a stream': (realm) => new realm.Blob(['stream']).stream(),
    'a String object': (realm) => new realm.String('text') as unknown as string,
  }
  const made: ReturnType<Theme> = {}
  for (const [name, body] of Object.entries(kinds))
    made[`POST of ${name} of another realm`] = ({ call, realm }) =>
      call({}, { method: 'POST', body: body(realm), duplex: 'half' } as RequestInit)
  return made
}

export const bodyMutations: Theme = () => {
  const made: ReturnType<Theme> = {}
  const kinds: Record<string, () => [BodyInit, () => void]> = {
    'a form': () => {
      const form = new FormData()
      form.set('a', '1')
      return [form, () => form.set('a', '2')]
    },
    URLSearchParams: () => {
      const params = new URLSearchParams('a=1')
      return [params, () => params.set('a', '2')]
    },
    'an ArrayBuffer': () => {
      const buffer = new ArrayBuffer(2)
      return [buffer, () => new Uint8Array(buffer).fill(9)]
    },
    'a Uint8Array': () => {
      const bytes = new Uint8Array(2)
      return [bytes, () => bytes.fill(9)]
    },
    'a buffer that is transferred': () => {
      const bytes = new Uint8Array(2)
      return [bytes, () => structuredClone(bytes, { transfer: [bytes.buffer] })]
    },
    'an object with toString': () => {
      const object = { text: '1', toString: () => object.text }
      return [
        object as unknown as string,
        () => {
          object.text = '2'
        },
      ]
    },
  }
  for (const [name, body] of Object.entries(kinds))
    made[`changed after the call: ${name}`] = ({ call }) => {
      const [taken, change] = body()
      const calling = call({}, { method: 'POST', body: taken })
      change()
      return calling
    }
  return {
    ...made,
    'changed after the call: headers': ({ call }) => {
      const headers = new Headers({ 'x-own': 'a' })
      const calling = call({}, { headers })
      headers.set('x-own', 'b')
      return calling
    },
    'changed after the call: init': ({ call }) => {
      const init: RequestInit = { method: 'POST', body: 'a', headers: { 'x-own': 'a' } }
      const calling = call({}, init)
      Object.assign(init, { method: 'PUT', body: 'b', headers: {} })
      return calling
    },
    'changed in a loop': async ({ call }) => {
      const params = new URLSearchParams()
      for (const page of ['1', '2', '3']) {
        params.set('page', page)
        const calling = call({ page }, { method: 'POST', body: params })
        params.set('page', 'next')
        await calling
      }
      return 'sent'
    },
  }
}
