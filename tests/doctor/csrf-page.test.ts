import { expect, test } from 'vitest'
import { sanctumSpa } from './apis/sanctum-spa.js'
import { isAda, random, standIn } from './apis/stand-in.js'
import { diagnose } from './listener.js'

test('an API whose CSRF cookie is set by a GET before the sign-in, like Sanctum for SPAs, has no errors', async () => {
  const { errors, evidence, finding, report } = await diagnose(sanctumSpa.listener(), sanctumSpa.options)
  expect(errors).toEqual([])
  expect(finding('sign-out.cookie')?.severity).toBe('ok')
  expect(evidence('csrf.page')).toBe('')
  expect(report.suggestion?.tried).toEqual(['sign-in', 'request', 'reload', 'refresh', 'sign-out'])
  expect(report.suggestion?.notes.join()).toContain("await fetch('/sanctum/csrf-cookie'")
  for (const line of sanctumSpa.suggests) expect(report.suggestion?.code).toContain(line)
})

test('without `--csrf-page`, doctor finds the GET that sets the CSRF cookie', async () => {
  const { csrfPage: _, ...options } = sanctumSpa.options
  const { errors, report } = await diagnose(sanctumSpa.listener(), options)
  expect(errors).toEqual([])
  expect(report.suggestion?.notes.join()).toContain("await fetch('/sanctum/csrf-cookie'")
  for (const line of sanctumSpa.suggests) expect(report.suggestion?.code).toContain(line)
})

test('if doctor finds no CSRF token, the refused sign-in names the option for its page', async () => {
  const listener = standIn(() => ({ status: 419, body: { message: 'CSRF token mismatch.' } }))
  const { evidence, report } = await diagnose(listener, { refresh: 'none', signOut: 'none' })
  expect(evidence('sign-in.works')).toContain('responds with 419')
  expect(evidence('sign-in.works')).toContain('--csrf-page')
  expect(report.suggestion).toBeUndefined()
})

/** Like Rails with `csrf_meta_tags`: the token is only in the page, and changes after the sign-in. */
function metaTags() {
  const sessions = new Map<string, { token: string; isIn: boolean }>()
  return standIn(({ route, cookie, header, body }) => {
    const id = cookie('_app_session') ?? ''
    const session = sessions.get(id)
    const begin = (isIn: boolean) => {
      const next = random()
      sessions.delete(id)
      sessions.set(next, { token: `${random(10)}==`, isIn })
      return { 'Set-Cookie': `_app_session=${next}; Path=/; HttpOnly; SameSite=Lax` }
    }
    if (route === 'GET /') {
      const headers = session ? {} : begin(false)
      const { token } = session ?? ([...sessions.values()].at(-1) as { token: string })
      const html = `<!doctype html><head><meta name="csrf-param" content="authenticity_token" /><meta name="csrf-token" content="${token}" /></head>`
      return { status: 200, text: html, headers: { ...headers, 'Content-Type': 'text/html' } }
    }
    if (route === 'GET /me')
      return session?.isIn ? { status: 200, body: { id: 7 } } : { status: 401, body: { error: 'no' } }
    if (!session || header('x-csrf-token') !== session.token)
      return { status: 422, body: { error: 'InvalidAuthenticityToken' } }
    if (route === 'POST /login') {
      if (!isAda(body.email, body.password)) return { status: 401, body: { error: 'no' } }
      return { status: 200, body: { id: 7 }, headers: begin(true) }
    }
    if (route !== 'DELETE /logout') return { status: 404 }
    return { status: 204, headers: begin(false) }
  })
}

test.each([
  ['named', { csrfPage: '/' }],
  ['found by doctor', {}],
])(
  'an API whose CSRF token is only in a <meta> element gets working options, the page %s',
  async (_, page) => {
    const { errors, evidence, finding, report } = await diagnose(metaTags(), { refresh: 'none', ...page })
    expect(errors).toEqual([])
    expect(evidence('csrf.page')).toBe('')
    for (const id of ['sign-out.works', 'csrf.sign-in', 'csrf.sign-in-header'])
      expect(finding(id)?.severity).toBe('ok')
    expect(report.suggestion?.code).toContain(
      "csrf: { header: 'X-CSRF-Token', from: { meta: 'csrf-token' } }",
    )
    expect(report.suggestion?.tried).toEqual(['sign-in', 'request', 'reload', 'refresh', 'sign-out'])
  },
)

test('a page without a CSRF token is an error', async () => {
  const { errors, evidence } = await diagnose(metaTags(), { refresh: 'none', csrfPage: '/me' })
  expect(errors).toContain('csrf.page')
  expect(evidence('csrf.page')).toBe('GET /me responds with 401')
})

test('a header that all requests need, such as one for the tenant, is sent with `--me-header`', async () => {
  const tokens = new Set<string>()
  const listener = () =>
    standIn(({ route, body, bearer, header }) => {
      if (route === 'POST /login') {
        if (!isAda(body.email, body.password)) return { status: 401, body: {} }
        const token = random()
        tokens.add(token)
        return { status: 200, body: { access_token: token, expires_in: 900 } }
      }
      if (header('x-tenant') !== 'field') return { status: 400, body: { error: 'X-Tenant is missing' } }
      if (!tokens.has(bearer ?? '')) return { status: 401, body: {} }
      return route === 'GET /me' ? { status: 200, body: { id: 7 } } : { status: 404 }
    })
  const options = { refresh: 'none', signOut: 'none' }
  const given = await diagnose(listener(), { ...options, meHeaders: { 'X-Tenant': 'field' } })
  expect(given.errors).toEqual([])
  expect(given.report.suggestion?.tried).toEqual(['sign-in', 'request'])
  const missing = await diagnose(listener(), options)
  expect(missing.errors).toEqual(['me.token'])
  expect(missing.evidence('me.token')).toContain('--me-header')
})
