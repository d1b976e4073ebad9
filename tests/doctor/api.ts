import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createApi } from '../../examples/api/src/api.js'
import { createCertificate } from '../../examples/api/support/certificate.js'

export const ADA = { email: 'ada@example.com', password: 'correct horse' }
/** A page of the same site as the API, whose host is 127.0.0.1. */
export const PAGE = 'http://127.0.0.1:5173'

export type Settings = Partial<ReturnType<typeof createApi>['settings']>

/** Starts the embedded API on its own port. Collects every secret that it sends. */
export async function serve(settings: Settings = {}, { tls = false } = {}) {
  const api = createApi(settings)
  // Hashing passwords takes most of the time, and is not tested here.
  api.accounts.signIn = async ({ email, password }) =>
    email === ADA.email && password === ADA.password ? api.accounts.byEmail(email) : undefined
  const secrets = new Set<string>(Object.values(ADA))
  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const { end } = response
    // Called last, after flaws and faults have changed the response.
    response.end = ((...args: Parameters<typeof end>) => {
      for (const secret of secretsOf(response.getHeaders(), String(args[0] ?? ''))) secrets.add(secret)
      return end.apply(response, args)
    }) as typeof end
    api.app(request, response)
  }
  const server = tls ? createSecureServer(createCertificate(), listener) : createServer(listener)
  const host = tls ? 'localhost' : '127.0.0.1'
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    api,
    secrets,
    url: `${tls ? 'https' : 'http'}://${host}:${port}/api/v1`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The values of cookies, tokens in headers, and tokens in bodies. */
function secretsOf(headers: Record<string, unknown>, body: string): string[] {
  const cookies = [headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => /^[^=]+=([^;]*)/.exec(String(cookie))?.[1])
  const bearer = String(headers.authorization ?? '').replace(/^Bearer /, '')
  const tokens = [...body.matchAll(/"(?:access_token|refresh_token)":"([^"]*)"/g)].map(([, token]) => token)
  return [...cookies, bearer, ...tokens].filter((secret) => secret !== undefined && secret !== '') as string[]
}
