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
    'an invalid referrer policy': ({ call }) => call({}, { referrerPolicy: 'some' as ReferrerPolicy }),
    'referrer of a Request': ({ fetch, observe, url }) =>
      observe(fetch(new Request(url(), { referrer: '/other/page', referrerPolicy: 'unsafe-url' }))),
    'referrer of a Request, with init': ({ fetch, observe, url }) =>
      observe(
        fetch(new Request(url(), { referrer: '/other/page', referrerPolicy: 'unsafe-url' }), {
          method: 'POST',
        }),
      ),
    'referrer policy of a Request, with a body in init': ({ fetch, observe, url }) => {
      const request = new Request(url(), { method: 'POST', referrerPolicy: 'origin' })
      return observe(fetch(request, { body: 'a' }))
    },
    'referrer after the page has changed its URL': async ({ call }) => {
      history.replaceState(null, '', '/pushed?secret=1')
      return call({}, { referrerPolicy: 'unsafe-url' })
    },
    'referrer policy of a response': async ({ call, url }) =>
      call({ status: 302, location: url(), headers: '["Referrer-Policy: no-referrer"]' }),
  }
}

/** For a page with a `Referrer-Policy` header, when the script of the vault has no such header. */
export const referrersByDefault: Theme = () => ({
  'referrer by default, with the policy header on the page only': ({ call }) => call(),
  'referrer of a Request by default, with the policy header on the page only': ({ fetch, observe, url }) =>
    observe(fetch(new Request(url(), { method: 'POST', body: 'a' }))),
})
