import type { Theme } from '../kit.js'

export const referrers: Theme = () => {
  const made: ReturnType<Theme> = {}
  const policies = [
    '',
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ] as const
  for (const referrerPolicy of policies)
    made[`referrer policy "${referrerPolicy}"`] = ({ call }) => call({}, { referrerPolicy })
  const urls = ['', 'about:client', '/other/page?a#b', 'http://elsewhere.example/a', 'http://[', 'data:,a']
  for (const referrer of urls) made[`referrer "${referrer}"`] = ({ call }) => call({}, { referrer })
  return {
    ...made,
    'referrer by default': ({ call }) => call(),
    'referrer of a POST': ({ call }) => call({}, { method: 'POST', body: 'a' }),
    'referrer and policy together': ({ call }) =>
      call({}, { referrer: '/other/page', referrerPolicy: 'unsafe-url' }),
    'referrer policy that is none': ({ call }) => call({}, { referrerPolicy: 'some' as ReferrerPolicy }),
    'referrer of a Request': ({ fetch, observe, url }) =>
      observe(fetch(new Request(url(), { referrer: '/other/page', referrerPolicy: 'unsafe-url' }))),
    'referrer of a Request, and init': ({ fetch, observe, url }) =>
      observe(
        fetch(new Request(url(), { referrer: '/other/page', referrerPolicy: 'unsafe-url' }), {
          method: 'POST',
        }),
      ),
    'referrer policy of a Request, and a body in init': ({ fetch, observe, url }) => {
      const request = new Request(url(), { method: 'POST', referrerPolicy: 'origin' })
      return observe(fetch(request, { body: 'a' }))
    },
    'referrer after the page has changed its address': async ({ call }) => {
      history.replaceState(null, '', '/pushed?secret=1')
      return call({}, { referrerPolicy: 'unsafe-url' })
    },
    'referrer policy of a response': async ({ call, url }) =>
      call({ status: 302, location: url(), headers: '["Referrer-Policy: no-referrer"]' }),
  }
}

/** For a page whose policy is in a header that its vault's script does not have. */
export const referrersByDefault: Theme = () => ({
  'referrer by default, with a header of the page alone': ({ call }) => call(),
  'referrer of a Request by default, with a header of the page alone': ({ fetch, observe, url }) =>
    observe(fetch(new Request(url(), { method: 'POST', body: 'a' }))),
})
