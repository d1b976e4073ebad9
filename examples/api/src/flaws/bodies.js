import { has } from './names.js'
import { routeOf } from './route.js'

const TWO_MEGABYTES = 2 ** 21

/** For each flaw: how it changes the body of a response that grants a session. */
const changes = {
  'token-twice'(body, res) {
    const header = res.getHeader('Authorization')
    if (header) return { ...body, access_token: header.replace('Bearer ', '') }
    res.setHeader('Authorization', `Bearer ${body.access_token}`)
    return body
  },
  'token-expiry-contradicts': (body) => ({ ...body, expires_in: body.expires_in * 2 }),
  'refresh-token-in-body'(body, res) {
    const cookies = [res.getHeader('Set-Cookie')].flat()
    const [, value] = cookies.map((cookie) => /^refresh_token=([^;]*)/.exec(cookie)).find(Boolean)
    return { ...body, refresh_token: value }
  },
  'refresh-without-token'({ access_token, expires_in, ...body }, res) {
    if (routeOf(res.req) !== 'refresh') return { access_token, expires_in, ...body }
    res.removeHeader('Authorization')
    return body
  },
  'sign-in-huge': (body, res) =>
    routeOf(res.req) === 'login' ? { ...body, padding: 'x'.repeat(TWO_MEGABYTES) } : body,
}

/**
 * @param {Pick<import("../settings.js").Settings, "flaws">} settings
 * @param {import("express").Response} res
 */
export function changeBody(settings, res) {
  const { json } = res
  res.json = (body) => {
    const ordered = Object.keys(changes).filter((name) => has(settings, name))
    const isGrant = body.user !== undefined && res.hasHeader('Set-Cookie')
    return json.call(res, isGrant ? ordered.reduce((body, name) => changes[name](body, res), body) : body)
  }
}
