import type { Theme } from '../kit.js'

export const urls: Theme = () => {
  const made: ReturnType<Theme> = {}
  // Inserted into the path, before the query with the id.
  const paths = [
    '/ä',
    '/a b',
    '/a%2Fb',
    '/%zz',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/%2e%2e/b',
    '/a\\b',
    '/a\tb\n',
    '/a;b=c',
    "/'()*!",
    '/\u{1f600}',
  ]
  for (const path of paths)
    made[`path ${JSON.stringify(path)}`] = ({ fetch, observe, url }) => {
      const at = url()
      return observe(fetch(at.replace('/api/parity', `/api/parity${path}`)))
    }
  const queries = ['a b', 'ä', '%zz', 'a[]=1&a[]=2', '?', "'", '"<>`{}', '\ud800', '+', '']
  for (const query of queries)
    made[`query ${JSON.stringify(query)}`] = ({ fetch, observe, url }) => observe(fetch(`${url()}&${query}`))
  const outside = [
    'data:,x',
    'data:text/plain;base64,eA==',
    'data:',
    'about:blank',
    'file:///etc/hosts',
    'ftp://a.invalid/',
  ]
  const invalid = [
    'http://',
    'http://[',
    'http://user:secret@localhost/',
    'http://user@localhost/',
    'odd:x',
    'javascript:1',
    'mailto:a',
  ]
  for (const other of [
    ...outside,
    ...invalid,
    'http://localhost:1/',
    'http://localhost:6000/',
    '//',
    'blob:x',
  ])
    made[`url ${other}`] = ({ fetch, observe }) => observe(fetch(other))
  return {
    ...made,
    'url with a fragment': ({ fetch, observe, url }) => observe(fetch(`${url()}#ä b`)),
    'url with an empty fragment': ({ fetch, observe, url }) => observe(fetch(`${url()}#`)),
    'url that is relative': ({ fetch, observe, url }) => observe(fetch(url().replace(location.origin, ''))),
    'url relative to the path': ({ fetch, observe, url }) =>
      observe(fetch(url().replace(`${location.origin}/`, ''))),
    'url in capitals': ({ fetch, observe, url }) =>
      observe(fetch(url().replace('http://localhost', 'HTTP://LOCALHOST'))),
    'url with surrounding spaces': ({ fetch, observe, url }) => observe(fetch(`  ${url()} \n`)),
    'url that is empty': ({ fetch, observe }) => observe(fetch('')),
    'url of the origin with a trailing dot': ({ fetch, observe, url }) =>
      observe(fetch(url().replace('localhost', 'localhost.'), { mode: 'same-origin' })),
    'url of a Blob': ({ fetch, observe }) => {
      const blob = URL.createObjectURL(new Blob(['blob'], { type: 'a/b' }))
      return observe(fetch(blob), 'blob').then((seen) => ({ ...seen, url: seen.url === blob }))
    },
    'url of a Blob, POST': ({ fetch, observe }) =>
      observe(fetch(URL.createObjectURL(new Blob(['blob'])), { method: 'POST' })),
    'url of a Blob that was revoked': ({ fetch, observe }) => {
      const blob = URL.createObjectURL(new Blob(['blob']))
      URL.revokeObjectURL(blob)
      return observe(fetch(blob))
    },
    'url of a Blob that is revoked after the call': ({ fetch, observe }) => {
      const blob = URL.createObjectURL(new Blob(['blob']))
      const calling = observe(fetch(blob), 'blob').then((seen) => ({ ...seen, url: seen.url === blob }))
      URL.revokeObjectURL(blob)
      return calling
    },
  }
}
