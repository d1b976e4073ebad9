import type { Theme } from '../kit.js'

export const caches: Theme = () => {
  const made: ReturnType<Theme> = {}
  const modes = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const
  const answers: Record<string, string> = {
    fresh: 'Cache-Control: max-age=600',
    stale: 'Cache-Control: max-age=0',
    private: 'Cache-Control: private, max-age=600',
  }
  for (const cache of modes)
    for (const [name, header] of Object.entries(answers))
      made[`cache ${cache} for a ${name} response`] = async ({ call }) => {
        const query = { cache: 1, etag: '"1"', headers: JSON.stringify([header]) }
        const mode = cache === 'only-if-cached' ? { mode: 'same-origin' as const } : {}
        return [await call(query), await call(query, { cache, ...mode }), await call(query)]
      }
  made['cache with an If-None-Match of the caller'] = ({ call }) =>
    call({ cache: 1, etag: '"1"' }, { headers: { 'if-none-match': '"1"' } })
  made['cache only-if-cached without mode same-origin'] = ({ call }) => call({}, { cache: 'only-if-cached' })
  made['an invalid cache mode'] = ({ call }) => call({}, { cache: 'sometimes' as RequestCache })
  return made
}

export const credentials: Theme = () => {
  const made: ReturnType<Theme> = {}
  for (const mode of ['omit', 'same-origin', 'include'] as const)
    made[`credentials ${mode}`] = async ({ call }) => {
      const first = await call({ cookie: 1 }, { credentials: mode })
      return [first, await call({ second: 1 }, { credentials: mode })]
    }
  made['an invalid credentials mode'] = ({ call }) => call({}, { credentials: 'some' as RequestCredentials })
  return made
}

export const integrity: Theme = () => {
  const right = 'sha256-eFh8Qe2ZozdQItwovogvcrGmCKDax6qQDGH0iyuze+Y='
  const wrong = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  const of = (value: string): ReturnType<Theme>[string] => {
    return ({ call }) => call({ text: 'integrity' }, { integrity: value })
  }
  return {
    'integrity, computed': async ({ call }) => {
      const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('integrity'))
      return call(
        { text: 'integrity' },
        { integrity: `sha256-${btoa(String.fromCharCode(...new Uint8Array(hash)))}` },
      )
    },
    'integrity, fixed': of(right),
    'integrity, wrong': of(wrong),
    'integrity, several': of(`${wrong} ${right}`),
    'integrity, unknown': of('md5-abc'),
    'integrity of an error': ({ call }) => call({ status: 404, text: 'integrity' }, { integrity: wrong }),
    'integrity of an incomplete body': ({ call }) => call({ body: 'short' }, { integrity: wrong }),
  }
}

export const keepalive: Theme = () => ({
  'keepalive, GET': ({ call }) => call({}, { keepalive: true }),
  'keepalive, a small body': ({ call }) => call({}, { keepalive: true, method: 'POST', body: 'a' }),
  'keepalive, a body of 70 KB': ({ call }) =>
    call({}, { keepalive: true, method: 'POST', body: 'a'.repeat(70_000) }),
  'keepalive, a Blob of 70 KB': ({ call }) =>
    call({}, { keepalive: true, method: 'POST', body: new Blob(['a'.repeat(70_000)]) }),
  'keepalive, a stream': ({ call }) =>
    call({}, {
      keepalive: true,
      method: 'POST',
      body: new Blob(['a']).stream(),
      duplex: 'half',
    } as RequestInit),
})

export const modes: Theme = () => {
  const made: ReturnType<Theme> = {}
  for (const mode of ['cors', 'same-origin', 'no-cors', 'navigate', 'websocket'] as const)
    made[`mode ${mode}`] = ({ call }) => call({}, { mode: mode as RequestMode })
  for (const read of ['blob', 'clone', 'reader', 'json'] as const)
    made[`mode no-cors, as ${read}`] = ({ call }) => call({}, { mode: 'no-cors' }, read)
  return {
    ...made,
    'mode no-cors, POST': ({ call }) => call({}, { mode: 'no-cors', method: 'POST', body: 'a' }),
    'mode no-cors, PUT': ({ call }) => call({}, { mode: 'no-cors', method: 'PUT' }),
    'mode no-cors with a header': ({ call }) =>
      call({}, { mode: 'no-cors', headers: { 'x-own': 'a', accept: 'b' } }),
    'mode no-cors with a status': ({ call }) => call({ status: 500 }, { mode: 'no-cors' }),
    'mode no-cors with a redirect': ({ call, url }) =>
      call({ status: 302, location: url() }, { mode: 'no-cors' }),
    'mode no-cors with a manual redirect': ({ call, url }) =>
      call({ status: 302, location: url() }, { mode: 'no-cors', redirect: 'manual' }),
    'mode no-cors with an integrity': ({ call }) => call({}, { mode: 'no-cors', integrity: 'sha256-abc' }),
    'priority high': ({ call }) => call({}, { priority: 'high' }),
    'an invalid priority': ({ call }) => call({}, { priority: 'huge' as RequestPriority }),
    'window null': ({ call }) => call({}, { window: null }),
    'window that is not null': ({ call }) => call({}, { window: window as unknown as null }),
  }
}
