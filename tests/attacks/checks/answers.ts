import { type Check, MOMENTS } from '../check.js'

const LATER = 'opaque/access+token/0123456789'

/** The text in the forms in which an API may repeat a token. */
const repeated = (token: string) => ({
  note: `use ${token} from now on`,
  [token]: 1,
  link: `/feed?key=${encodeURIComponent(token)}`,
  basic: Buffer.from(`ada:${token}`).toString('base64'),
  inside: JSON.stringify({ t: token }),
  headers: { 'x-access-token': token },
})

/** Group F: what the answers of the API bring into the page. */
export const answers: Check[] = [
  {
    id: 'F2-result',
    title: 'reads the result of auth.signIn',
    reap: async () => take(await auth.signIn({ email: 'ada@example.com', password: 'correct horse' })),
  },
  {
    id: 'F2-refused',
    title: 'reads the error of a sign-in whose refusal repeats the tokens of the session',
    prepare: (api, _, issued) => {
      const body = JSON.stringify(repeated(issued.at(-1) ?? ''))
      api.faults.add({ route: 'login', kind: 'answer', status: 422, body })
    },
    reap: () => auth.signIn({ email: 'ada@example.com', password: 'correct horse' }).then(take, take),
  },
  {
    id: 'F2-malformed',
    title: 'reads the error of a sign-in whose answer has a token and is malformed',
    prepare: (api, _, issued) => {
      issued.push(LATER)
      const body = JSON.stringify({ access_token: LATER, expires_in: 'soon', ...repeated(LATER) })
      api.faults.add({ route: 'login', kind: 'answer', body })
    },
    reap: () => auth.signIn({ email: 'ada@example.com', password: 'correct horse' }).then(take, take),
  },
  {
    id: 'F2-reason',
    title: 'reads the snapshot and the events after a refused refresh whose reason repeats the token',
    prepare: (api, _, issued) => {
      const token = issued.at(-1)
      const body = JSON.stringify({ reason: `${token} is over`, error: `${token}`, message: `${token}` })
      api.faults.add({ route: 'refresh', kind: 'answer', status: 401, body })
    },
    reap: async () => {
      await auth.refresh?.().catch(take)
      take(auth.snapshot, events)
    },
  },
  {
    id: 'F2-header',
    title: 'reads the Authorization header of an answer',
    prepare: (api, _, issued) => {
      const headers = {
        authorization: `Bearer ${issued.at(-1)}`,
        'access-control-expose-headers': 'Authorization',
      }
      api.faults.add({ route: 'me', kind: 'answer', body: '{}', headers })
    },
    reap: async ({ api }) => take([...(await auth.fetch(`${api}/api/v1/me`)).headers]),
  },
  {
    id: 'E6-echo',
    title: 'reads an answer in which the API repeats the headers of the request',
    prepare: (api, _, issued) => {
      const authorization = `Bearer ${issued.at(-1)}`
      const headers = { 'x-echo': authorization, 'access-control-expose-headers': 'x-echo' }
      api.faults.add({ route: 'me', kind: 'answer', body: JSON.stringify({ authorization }), headers })
    },
    reap: async ({ api }) => {
      const answer = await auth.fetch(`${api}/api/v1/me`)
      take([...answer.headers], await answer.text())
    },
    limit: {
      at: { shared: MOMENTS, worker: MOMENTS, page: MOMENTS },
      why: 'The answers of `auth.fetch` belong to the page. An API must not repeat the headers of a request. The server refuses such an answer.',
    },
  },
  {
    id: 'F1-refresh',
    title: 'itself sends a request to the refresh endpoint of the API',
    reap: async ({ api }) => {
      const headers = { 'x-requested-with': 'tokencell' }
      for (const send of [fetch, auth.fetch]) {
        const url = `${api}/api/v1/refresh`
        const answer = await send(url, { method: 'POST', credentials: 'include', headers }).catch(() => null)
        take([...(answer?.headers ?? [])], await answer?.text())
      }
    },
    limit: {
      at: { shared: MOMENTS, worker: MOMENTS, page: MOMENTS },
      why: 'The API answers a script of the page as it answers the vault, because the browser adds the refresh cookie. The script gets another token than the vault has. A server (`tokencell/server`) prevents it.',
    },
  },
]
