import type { Theme } from '../kit.js'

export const redirectKinds: Theme = () => {
  const made: ReturnType<Theme> = {}
  const modes = ['follow', 'error', 'manual'] as const
  for (const status of [301, 302, 303, 307, 308]) {
    for (const redirect of modes) {
      made[`redirect ${status}, ${redirect}`] = ({ call, url }) =>
        call({ status, location: url() }, { redirect })
      made[`redirect ${status} to the other origin, ${redirect}`] = ({ call, otherUrl }) =>
        call({ status, location: otherUrl() }, { redirect })
    }
    for (const method of ['POST', 'PUT', 'HEAD'])
      made[`redirect ${status} of ${method}`] = ({ call, url }) => {
        const body = method === 'HEAD' ? null : 'a body'
        return call({ status, location: url() }, { method, body, headers: { 'content-language': 'de' } })
      }
  }
  made['redirect of a POST with a Blob'] = ({ call, url }) =>
    call({ status: 307, location: url() }, { method: 'POST', body: new Blob(['a']) })
  made['redirect of a form'] = ({ call, url }) => {
    const body = new FormData()
    body.set('a', new File(['b'], 'c.txt'))
    return call({ status: 308, location: url() }, { method: 'POST', body })
  }
  return made
}

export const redirectTargets: Theme = () => ({
  'redirect to a relative location': ({ call, url }) =>
    call({ status: 302, location: `?${url({ to: 'x' }).split('?')[1]}` }),
  'redirect with a fragment': ({ call, url }) => call({ status: 302, location: `${url()}#there` }),
  'redirect of a URL with a fragment': ({ fetch, observe, url }) =>
    observe(fetch(`${url({ status: 302, location: url() })}#here`)),
  'redirect to an invalid URL': ({ call }) => call({ status: 302, location: 'http://[' }),
  'redirect to a data URL': ({ call }) => call({ status: 302, location: 'data:,x' }),
  'redirect to a URL with user and password': ({ call, otherUrl }) =>
    call({ status: 302, location: otherUrl().replace('http://', 'http://user:secret@') }),
  'a 200 with an empty Location': ({ call }) => call({ status: 200, location: '' }),
  'redirect twice, then to a path': ({ fetch, observe, url }) => {
    // The first redirect leads to a second one, which leads to a path without a query.
    const circle = url({ status: 302, location: '?' })
    return observe(
      fetch(
        circle.replace(
          'location=%3F',
          `location=${encodeURIComponent(url({ status: 302, location: '/api/x' }))}`,
        ),
      ),
    )
  },
  'redirect three times': ({ call, url }) =>
    call({ status: 302, location: url({ status: 307, location: url({ status: 301, location: url() }) }) }),
  'redirect to the other origin and back': ({ call, url, otherUrl }) =>
    call({ status: 302, location: otherUrl({ status: 302, location: url() }) }),
  'redirect to another origin without CORS': ({ call, otherUrl }) =>
    call({ status: 302, location: otherUrl({ cors: 'off' }) }),
  'redirect with an Authorization header of the caller': ({ call, url }) =>
    call({ status: 302, location: url() }, { headers: { authorization: 'Basic b3du' } }),
  'redirect to another origin with an Authorization header of the caller': ({ call, otherUrl }) =>
    call({ status: 302, location: otherUrl() }, { headers: { authorization: 'Basic b3du' } }),
  'redirect to another origin with a header of the caller': ({ call, otherUrl }) =>
    call({ status: 302, location: otherUrl() }, { headers: { 'x-own': 'a' } }),
  'redirect that sets a cookie': ({ call, url }) =>
    call({ status: 302, cookie: 1, location: url() }, { credentials: 'include' }),
  'redirect with mode same-origin': ({ call, otherUrl }) =>
    call({ status: 302, location: otherUrl() }, { mode: 'same-origin' }),
  'redirect to an error': ({ call, url }) => call({ status: 302, location: url({ status: 404 }) }),
  'redirect to a response without a body': ({ call, url }) =>
    call({ status: 302, location: url({ status: 204, body: 'none' }) }),
  'redirect, cloned': ({ call, url }) => call({ status: 302, location: url() }, {}, 'clone'),
  'manual redirect, cloned': ({ call, url }) =>
    call({ status: 302, location: url() }, { redirect: 'manual' }, 'clone'),
  'manual redirect mode, and no redirect': ({ call }) => call({}, { redirect: 'manual' }),
  'an invalid redirect mode': ({ call }) => call({}, { redirect: 'sometimes' as RequestRedirect }),
})
