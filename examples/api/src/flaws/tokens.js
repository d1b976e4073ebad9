import { createHmac, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { has } from './names.js'

const DAY = 24 * 60 * 60
const TEN_MINUTES = 600

/** For each flaw: how it changes the claims. */
const changes = {
  'token-long': (claims) => ({ ...claims, exp: claims.iat + 30 * DAY }),
  'token-short': (claims) => ({ ...claims, exp: claims.iat + 10 }),
  'token-endless': ({ exp, ...claims }) => claims,
  'token-unsigned': (claims) => claims,
  'token-large': (claims) => ({ ...claims, permissions: 'x'.repeat(6000) }),
  'token-personal-data': (claims) => ({ ...claims, email: 'ada@example.com', phone: '+44 20 7946 0000' }),
  'token-secrets': (claims) => ({ ...claims, encrypted_password: '$2a$12$ThisIsNotReallyAHash' }),
  'issuer-clock-wrong': ({ iat, exp, ...claims }) => ({
    ...claims,
    iat: iat + TEN_MINUTES,
    exp: exp + TEN_MINUTES,
  }),
}

/**
 * Access tokens with wrong content. They are accepted like the tokens that they replace.
 * @param {import("../settings.js").Settings} settings
 * @param {ReturnType<typeof import("../tokens.js").createTokens>} tokens
 * @returns {ReturnType<typeof import("../tokens.js").createTokens>}
 */
export function flawedTokens(settings, tokens) {
  /** @type {Map<string, string>} by flawed token: the token that it replaces */
  const originals = new Map()
  const original = (token) => originals.get(token) ?? token

  return {
    ...tokens,

    async issue(subject) {
      const issued = await tokens.issue(subject)
      const ordered = Object.keys(changes).filter((name) => has(settings, name))
      if (ordered.length === 0) return issued
      const claims = ordered.reduce((claims, name) => changes[name](claims), decodeJwt(issued.token))
      const token = write(claims, has(settings, 'token-unsigned'))
      originals.set(token, issued.token)
      return { token, expiresIn: claims.exp && claims.exp - claims.iat }
    },

    verify: (token) => tokens.verify(original(token)),
    describe: (token) => tokens.describe(original(token)),

    reset() {
      originals.clear()
      tokens.reset()
    },
  }
}

function write(claims, unsigned) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: unsigned ? 'none' : 'HS256', typ: 'JWT' })}.${part(claims)}`
  if (unsigned) return `${signed}.`
  return `${signed}.${createHmac('sha256', randomBytes(32)).update(signed).digest('base64url')}`
}
