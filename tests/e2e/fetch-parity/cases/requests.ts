import type { Theme } from '../kit.js'

export const requests: Theme = () => {
  const post = (url: string, more: RequestInit = {}) =>
    new Request(url, { method: 'POST', body: 'a', ...more })
  return {
    'a Request': ({ fetch, observe, url }) =>
      observe(fetch(new Request(url(), { headers: { 'x-own': 'a' } }))),
    'a Request twice': async ({ fetch, observe, url }) => {
      const request = new Request(url())
      return [await observe(fetch(request)), await observe(fetch(request))]
    },
    'a Request with a body': ({ fetch, observe, url }) => observe(fetch(post(url()))),
    'a Request with a body, twice': async ({ fetch, observe, url }) => {
      const request = post(url())
      const calling = fetch(request)
      const used = request.bodyUsed
      return [await observe(calling), used, request.bodyUsed, await observe(fetch(request))]
    },
    'a Request with an empty body': async ({ fetch, observe, url }) => {
      const request = post(url(), { body: '' })
      return [await observe(fetch(request)), request.bodyUsed]
    },
    'a Request and its clone': async ({ fetch, observe, url }) => {
      const request = post(url())
      const clone = request.clone()
      return [await observe(fetch(request)), await observe(fetch(clone))]
    },
    'a Request whose body was read': async ({ fetch, observe, url }) => {
      const request = post(url())
      await request.text()
      return observe(fetch(request))
    },
    'a Request whose body was read, with another body in init': async ({ fetch, observe, url }) => {
      const request = post(url())
      await request.text()
      return observe(fetch(request, { body: 'b' }))
    },
    'a Request whose body is locked': ({ fetch, observe, url }) => {
      const request = post(url())
      request.body?.getReader()
      return observe(fetch(request))
    },
    'a Request with another body in init': async ({ fetch, observe, url }) => {
      const request = post(url())
      return [await observe(fetch(request, { body: 'b' })), request.bodyUsed]
    },
    'a Request with another method in init': ({ fetch, observe, url }) =>
      observe(fetch(post(url()), { method: 'PUT' })),
    'a Request with a body, with GET in init': ({ fetch, observe, url }) =>
      observe(fetch(post(url()), { method: 'GET' })),
    'a Request with other headers in init': ({ fetch, observe, url }) =>
      observe(fetch(post(url(), { headers: { 'x-own': 'a' } }), { headers: { 'x-other': 'b' } })),
    'a Request made from a Request': ({ fetch, observe, url }) =>
      observe(fetch(new Request(post(url()), { method: 'PUT' }))),
    'a Request with a Blob': ({ fetch, observe, url }) =>
      observe(fetch(post(url(), { body: new Blob(['a'], { type: 'a/b' }) }))),
    'a Request with a form': ({ fetch, observe, url }) => {
      const body = new FormData()
      body.set('a', new File(['b'], 'c'))
      return observe(fetch(post(url(), { body })))
    },
    'a Request with every member': ({ fetch, observe, url }) => {
      const init = {
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrer: '',
        keepalive: true,
      } as const
      return observe(fetch(post(url(), init)))
    },
    'an instance of a subclass of Request': ({ fetch, observe, url }) => {
      class Own extends Request {
        override get method() {
          return 'DELETE'
        }
      }
      return observe(fetch(new Own(url(), { method: 'POST' })))
    },
    'a Request with an overridden url property': ({ fetch, observe, url }) => {
      const request = new Request(url())
      Object.defineProperty(request, 'url', { value: 'http://elsewhere.invalid/' })
      return observe(fetch(request))
    },
    'a Proxy of a Request': ({ fetch, observe, url }) => observe(fetch(new Proxy(new Request(url()), {}))),
  }
}

export const methods: Theme = () => {
  const made: ReturnType<Theme> = {}
  const all = ['get', 'Post', 'pOsT', 'PUT', 'put', 'patch', 'PATCH', 'delete', 'Head', 'OPTIONS', 'options']
  const odd = ['TRACE', 'trace', 'CONNECT', 'TRACK', 'ODD', 'odd', 'a b', '', 'é', '  GET']
  for (const method of [...all, ...odd]) made[`method "${method}"`] = ({ call }) => call({}, { method })
  made['method of null'] = ({ call }) => call({}, { method: null as unknown as string })
  made['method of undefined'] = ({ call }) => call({}, { method: undefined as unknown as string })
  return made
}

export const oddCalls: Theme = () => ({
  'no arguments': ({ fetch, observe }) => observe((fetch as () => Promise<Response>)()),
  'init of null': ({ fetch, observe, url }) => observe(fetch(url(), null as unknown as RequestInit)),
  'init of a number': ({ fetch, observe, url }) => observe(fetch(url(), 5 as unknown as RequestInit)),
  'init with a prototype': ({ fetch, observe, url }) =>
    observe(fetch(url(), Object.create({ method: 'PUT', body: 'a', headers: { 'x-own': 'a' } }))),
  'init with a getter that throws': ({ fetch, observe, url }) =>
    observe(
      fetch(url(), {
        get method(): string {
          throw new RangeError('mine')
        },
      }),
    ),
  'init whose getters are read once': async ({ fetch, observe, url }) => {
    const read: string[] = []
    const note = <Value>(name: string, value: Value) => {
      read.push(name)
      return value
    }
    const init: RequestInit = {
      get method() {
        return note('method', 'POST')
      },
      get body() {
        return note('body', 'a')
      },
      get headers() {
        return note('headers', { 'x-own': 'a' })
      },
    }
    const seen = await observe(fetch(url(), init))
    return [seen, read.sort()]
  },
  'the result is a Promise of this realm': async ({ fetch, url }) => {
    const calling = fetch(url())
    return [calling instanceof Promise, (await calling) instanceof Response]
  },
  'a URL object': ({ fetch, observe, url }) => observe(fetch(new URL(url()))),
  'an object with toString': ({ fetch, observe, url }) =>
    observe(fetch({ toString: () => url() } as unknown as string)),
  'a symbol': ({ fetch, observe }) => observe(fetch(Symbol('a') as unknown as string)),
  'an unknown member of init': ({ call }) => call({}, { unknown: 5 } as RequestInit),
})

/** Requests created in an iframe. */
export const foreignRequests: Theme = () => ({
  'a Request of another realm': ({ fetch, observe, url, realm }) =>
    observe(fetch(new realm.Request(url(), { method: 'POST', body: 'a', headers: { 'x-own': 'a' } }))),
  'a Request of another realm, with init': ({ fetch, observe, url, realm }) =>
    observe(fetch(new realm.Request(url(), { method: 'POST', body: 'a' }), { body: 'b' })),
  'headers of another realm': ({ call, realm }) => call({}, { headers: new realm.Headers({ 'x-own': 'a' }) }),
  'a URL of another realm': ({ fetch, observe, url, realm }) => observe(fetch(new realm.URL(url()))),
})
