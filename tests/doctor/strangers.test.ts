import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createRawServer, type Server } from 'node:net'
import { expect, test } from 'vitest'
import { createCertificate } from '../../examples/api/support/certificate.js'
import type { Unreachable } from '../../js/doctor/probe/index.js'
import { examine } from '../../js/doctor/report.js'
import { ADA } from './api.js'
import { jwt } from './jwt.js'
import { diagnose, listen } from './listener.js'

test('a single-page application that responds to every request with its page gets one error', async () => {
  const { errors, evidence } = await diagnose((_, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><p>Hello')
  })
  expect(errors).toEqual(['sign-in.grant'])
  expect(evidence('sign-in.grant')).toContain('html')
  expect(evidence('answers.redirect')).toContain('accepts requests without a token')
})

test.each([
  [404, '--sign-in'],
  [403, '--csrf'],
  [401, 'Devise'],
  [429, 'limits sign-ins'],
  [500, 'its log'],
])('an API that responds %i to every request gets a hint', async (status, hint) => {
  const { errors, evidence, report } = await diagnose((_, response) => {
    response.writeHead(status).end()
  })
  expect(errors).toContain('sign-in.works')
  expect(evidence('sign-in.works')).toContain(hint)
  expect(evidence('cookie.http-only')).toBeTruthy()
  expect(report.suggestion).toBeUndefined()
})

test('an API that redirects every request to another host is reported with its target', async () => {
  const { evidence } = await diagnose((_, response) => {
    response.writeHead(301, { Location: `https://api.example.com/?password=${ADA.password}` }).end()
  })
  expect(evidence('sign-in.works')).toContain('a redirect')
  expect(evidence('answers.redirect')).toContain('https://api.example.com/')
})

test('an endpoint that does not respond is reported, and the others are judged', async () => {
  const listener: RequestListener = (request, response) => {
    if (request.url !== '/me')
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"token":"12345678"}')
  }
  const { errors, evidence } = await diagnose(listener, { timeout: 0.4 })
  expect(errors).not.toContain('sign-in.works')
  expect(evidence('transport.answers')).toContain('GET /me (timeout)')
})

test('an endless body, and a body that is cut off, are reported', async () => {
  const { evidence } = await diagnose((request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    if (request.method !== 'POST') return response.end('{}')
    const chunk = `{"token":"${'x'.repeat(65_536)}`
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      response.once('drain', more)
    }
    more()
  })
  expect(evidence('sign-in.size')).toContain('1024 KB')

  const halves = await diagnose((request, response) => {
    response.writeHead(200, { 'Content-Length': 100 }).write('{"token":')
    if (request.method === 'POST') setTimeout(() => response.destroy(), 10)
    else response.end('{}'.padEnd(91))
  })
  expect(halves.evidence('sign-in.size')).toBeTruthy()
})

test('names from a server cannot inject control characters into a report', async () => {
  const { text } = await diagnose((_, response) => {
    const body = { user: { '\u001b[2J\u202e all fine\ntoken': 'eyJhbGciOiJub25lIn0.eyJhIjoxfQ.' } }
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer 0123456789' }
    response.writeHead(200, headers).end(JSON.stringify(body))
  })
  expect(text).toContain('returns it in the header, and in the body as user.?[2J? all fine?token')
  for (const control of ['\u001b', '\u202e']) expect(text).not.toContain(control)
})

test.each<[string, Server, string]>([
  ['no response', createRawServer(() => {}), 'timeout'],
  ['invalid HTTP', createRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')), 'protocol'],
  ['a broken connection', createRawServer((socket) => socket.destroy()), 'reset'],
])('a server that sends %s counts as unreachable', async (_, server, kind) => {
  const url = await listen(server)
  const began = Date.now()
  const examined = examine({ url, credentials: ADA, timeout: 0.3 })
  await expect(examined).rejects.toMatchObject({ name: 'Unreachable', failure: { kind } })
  expect(Date.now() - began).toBeLessThan(3000)
})

test('a closed port, an unknown host and an untrusted certificate count as unreachable', async () => {
  const server = createServer()
  const url = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  const kind = (url: string) => examine({ url, timeout: 2 }).catch((error: Unreachable) => error.failure.kind)
  expect(await kind(url)).toBe('refused')
  expect(await kind('http://no-such-host.invalid')).toBe('dns')
  const tls = await listen(createTlsServer(createCertificate(), (_, response) => response.end()))
  expect(await kind(tls.replace('http:', 'https:'))).toBe('tls')
  expect(await kind(tls)).toBe('reset')
})

const USER = { id: 1, name: 'Ada' }

test('a pair of tokens in the body with custom names gets working options', async () => {
  let refresh = ''
  const { report, errors, finding } = await diagnose(
    async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const given = body.startsWith('{') ? JSON.parse(body) : {}
      const isRight =
        request.url === '/token'
          ? given.mail === ADA.email && given.pass === ADA.password
          : given.rt === refresh
      if (request.url === '/whoami')
        return response.writeHead(request.headers.authorization ? 200 : 401).end('{}')
      if (!isRight) return response.writeHead(401).end('{}')
      refresh = `rt-${Math.random()}-${Math.random()}`
      response.setHeader('Cache-Control', 'no-store').setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ auth: { jwt: jwt(), expires_in: 900 }, rt: refresh, profile: USER }))
    },
    {
      signIn: '/token',
      refresh: 'PUT /token/refresh',
      signOut: 'none',
      me: '/whoami',
      csrf: 'none',
      fields: { email: 'mail', password: 'pass' },
    },
  )
  expect(report.suggestion?.code).toContain(`  signIn: '/token',
  refresh: { method: 'PUT', path: '/token/refresh' },
  refreshToken: 'body',
  csrf: false,
  fields: { accessToken: 'auth.jwt', expiresIn: 'auth.expires_in', refreshToken: 'rt', user: 'profile' },
})`)
  expect(errors).toEqual([])
  expect(finding('refresh.reuse-family')?.severity).toBe('warning')
})

test('Devise with its usual paths, a token in the header and no refresh gets working options', async () => {
  let token = ''
  const { report, errors, finding } = await diagnose(
    async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.setHeader('Content-Type', 'application/json').setHeader('Cache-Control', 'no-store')
      const isSignedIn = request.headers.authorization === `Bearer ${token}`
      const { user } = body.startsWith('{') ? JSON.parse(body) : {}
      const right = user?.email === ADA.email && user?.password === ADA.password
      switch (`${request.method} ${request.url}`) {
        case 'POST /users/sign_in':
          if (!right) return response.writeHead(401).end('{"error":"Invalid Email or password."}')
          token = jwt()
          return response.setHeader('Authorization', `Bearer ${token}`).end(JSON.stringify(USER))
        case 'DELETE /users/sign_out':
          if (isSignedIn) token = ''
          return response.writeHead(204).end()
        case 'GET /api/v1/me':
          return response.writeHead(isSignedIn ? 200 : 401).end('{}')
        default:
          return response.writeHead(404).end('{}')
      }
    },
    { guess: true },
  )
  expect(errors).toEqual([])
  expect(finding('refresh.works')).toMatchObject({ severity: 'skipped' })
  expect(finding('refresh.missing')).toMatchObject({ severity: 'advice' })
  expect(report.suggestion?.code).toContain(
    `openVault({\n  signIn: '/users/sign_in',\n  signOut: { method: 'DELETE', path: '/users/sign_out' },\n})`,
  )
})

test('a session cookie without a token gets working options', async () => {
  const { errors, finding, report } = await diagnose(async (request, response) => {
    const isSignedIn = request.headers.cookie === '_app_session=0123456789'
    if (request.url === '/me') return response.writeHead(isSignedIn ? 200 : 401).end()
    if (request.url !== '/login' || !request.headers['x-requested-with']) return response.writeHead(404).end()
    let body = ''
    for await (const chunk of request) body += chunk
    if (!body.includes(ADA.email)) return response.writeHead(401).end()
    response.setHeader('Set-Cookie', '_app_session=0123456789; Path=/; HttpOnly; SameSite=Lax').end()
  })
  expect(errors).toEqual([])
  expect(finding('sign-in.grant')?.evidence).toContain('no tokens')
  expect(report.suggestion?.notes.join()).toContain('session cookie')
  expect(report.suggestion?.code).toContain(`  credential: 'cookie',
  refresh: { method: 'GET', path: '/me' },
`)
})

test('the five headers of devise_token_auth get working options', async () => {
  const { report } = await diagnose(async (request, response) => {
    if (request.url !== '/login') return response.writeHead(401).end()
    let body = ''
    for await (const chunk of request) body += chunk
    if (!body.includes(ADA.email)) return response.writeHead(401).end()
    const headers = {
      'access-token': '0123456789',
      'token-type': 'Bearer',
      client: 'c',
      expiry: '1',
      uid: ADA.email,
    }
    response.writeHead(200, headers).end('{}')
  })
  expect(report.suggestion?.notes.join()).toContain('deviseTokenAuth')
  expect(report.suggestion?.code).toContain(
    `  credential: { headers: ['access-token', 'token-type', 'client', 'expiry', 'uid'] },`,
  )
})
