// Bundled for the page: popular HTTP clients, each given `auth.fetch` in the way that the README shows.

import { ApolloClient, gql as document, HttpLink, InMemoryCache } from '@apollo/client'
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core'
import axios from 'axios'
import ky from 'ky'
import { createFetch } from 'ofetch'
import createClient from 'openapi-fetch'

/** Everything that interceptors and hooks receive, as text. */
const overheard: string[] = []

function overhear(...shown: unknown[]) {
  const known = new WeakSet<object>()
  const inWords = (value: unknown): unknown => {
    if (value instanceof Headers) return [...value]
    if (typeof value !== 'object' || value === null) return String(value)
    if (known.has(value)) return ''
    known.add(value)
    const members: [string, unknown][] = []
    for (const name in value) members.push([name, inWords((value as Record<string, unknown>)[name])])
    return members
  }
  overheard.push(JSON.stringify(shown.map(inWords)))
}

export function createClients(fetch: typeof globalThis.fetch, url: string) {
  const viaAxios = axios.create({
    adapter: 'fetch',
    env: { fetch },
    baseURL: url,
    // axios sets `User-Agent`. Firefox then requires the CORS of the API to allow this header.
    headers: { 'User-Agent': false },
  })
  viaAxios.interceptors.request.use((config) => {
    overhear(config)
    return config
  })
  viaAxios.interceptors.response.use(
    (response) => {
      overhear(response)
      return response
    },
    (error) => {
      overhear(error, error.response, error.config)
      throw error
    },
  )

  const viaOfetch = createFetch({ fetch }).create({
    baseURL: url,
    onRequest: (context) => overhear(context.request, context.options),
    onRequestError: (context) => overhear(context, context.error),
    onResponse: (context) => overhear(context.response, context.response?.headers),
    onResponseError: (context) => overhear(context.response, context.error),
  })

  const viaKy = ky.create({
    fetch,
    prefix: url,
    hooks: {
      beforeRequest: [({ request, options }) => overhear(request, request.headers, options)],
      beforeRetry: [({ request, error }) => overhear(request, request.headers, error)],
      afterResponse: [({ response }) => overhear(response, response.headers)],
      beforeError: [
        ({ error }) => {
          overhear(error)
          return error
        },
      ],
    },
  })

  const viaOpenapi = createClient<Record<string, never>>({ fetch, baseUrl: url })
  const query = '{ name }'
  const graphql = `${location.origin}/graphql`
  const urql = new Client({
    url: graphql,
    fetch,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
  })
  const apollo = new ApolloClient({ link: new HttpLink({ uri: graphql, fetch }), cache: new InMemoryCache() })

  return {
    overheard,
    /** Sends a token of the test through axios, so that its interceptors see one. */
    show: (token = '') => viaAxios.get('/public', { headers: { Authorization: `Bearer ${token}` } }),
    /** A GET by each client; resolves with the parsed body. */
    get: {
      axios: async (path: string) => (await viaAxios.get(path)).data,
      ofetch: (path: string) => viaOfetch(path),
      ky: (path: string) => viaKy.get(path).json(),
      openapi: async (path: string) => (await viaOpenapi.GET(path as never, {} as never)).data,
    } as Record<string, (path: string) => Promise<unknown>>,
    post: {
      axios: async (path: string, body: object) => (await viaAxios.post(path, body)).data,
      ofetch: (path: string, body: object) => viaOfetch(path, { method: 'POST', body: { ...body } }),
      ky: (path: string, json: object) => viaKy.post(path, { json }).json(),
      openapi: async (path: string, body: object) =>
        (await viaOpenapi.POST(path as never, { body } as never)).data,
    } as Record<string, (path: string, body: object) => Promise<unknown>>,
    /** Sends bytes, and calls `onPart` with the fraction that has been sent. */
    upload: {
      axios: async (path: string, body: Blob, onPart: (part: number) => void) =>
        (await viaAxios.post(path, body, { onUploadProgress: ({ progress }) => onPart(progress ?? 0) })).data,
      ky: (path: string, body: Blob, onPart: (part: number) => void) =>
        viaKy.post(path, { body, onUploadProgress: ({ percent }) => onPart(percent) }).json(),
    } as Record<string, (path: string, body: Blob, onPart: (part: number) => void) => Promise<unknown>>,
    graphql: {
      urql: async () => (await urql.query(gql(query), {}).toPromise()).data,
      apollo: async () => (await apollo.query({ query: document(query) })).data,
    } as Record<string, () => Promise<unknown>>,
  }
}

declare global {
  /** The clients, ready for use. */
  var ready: ReturnType<typeof createClients>
}
