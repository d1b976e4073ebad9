import { expect, test } from 'vitest'
import { readAnswer } from '../../js/doctor/answer.js'
import { Secrets } from '../../js/doctor/secret.js'
import { createSessions, isAda } from './apis/stand-in.js'
import { examined } from './examined.js'

/** A value as long as that of sealed cookies, with characters that spellings differ in. */
const LONG = `s:${'Zk3RwB8nQeUy5HxM1vTgL7dFpJ0sCaO4'.repeat(6)}.q9vX2mLr7TbKzW/4dYcN8+hPfJ3s=`
const INNER = '7f9c2ba4e88f827d616045507605853e'
const SIGNED = `s%3A${INNER}.qV2mLr7TbKzW4dYcN8hPfJ3s`

const base64 = (text: string) => Buffer.from(text).toString('base64')
const flat = (text: string) => text.replaceAll(/[^a-z0-9]/gi, '').toLowerCase()

/** No part of a secret with this length may be in a report. */
const PART = 10

function expectNoPart(printed: string, secret: string) {
  const plain = flat(printed)
  const whole = flat(secret)
  for (let at = 0; at + PART <= whole.length; at += 1)
    if (plain.includes(whole.slice(at, at + PART)))
      expect.fail(`the report has a part of a secret: ${whole.slice(at, at + PART)}`)
}

const SPELLINGS: [string, (value: string) => string][] = [
  ['as it is', (value) => value],
  ['decoded', (value) => decodeURIComponent(value)],
  ['encoded for a URL', (value) => encodeURIComponent(value)],
  ['in base64', base64],
  ['in base64url', (value) => Buffer.from(value).toString('base64url')],
  ['in hexadecimal digits', (value) => Buffer.from(value).toString('hex')],
  ['in upper case', (value) => value.toUpperCase()],
  ['within a sentence', (value) => `use the cookie ${value}, please`],
  ['without its signature', (value) => decodeURIComponent(value).split('.')[0] as string],
  ['its id alone', (value) => decodeURIComponent(value).replace(/^s:/, '').split('.')[0] as string],
]

const COOKIES: [string, string][] = [
  ['a long cookie', encodeURIComponent(LONG)],
  ['a signed cookie', SIGNED],
  ['a long plain cookie', 'Zk3RwB8nQeUy5HxM1vTgL7dFpJ0sCaO4'.repeat(4)],
]

test.each(COOKIES.flatMap((cookie) => SPELLINGS.map((spelling) => [...cookie, ...spelling] as const)))(
  'doctor prints no value of %s (%s) that the API uses as a name, %s',
  async (_, value, __, spell) => {
    const name = spell(value)
    const sessions = createSessions()
    const { report, text } = await examined({
      always: {
        'Set-Cookie': [`sid=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`],
        'Content-Type': `application/json; profile="${name.replaceAll(/[^ -~]/g, '')}"`,
        'X-Powered-By': name,
        Server: name,
      },
      instead({ route, body }) {
        if (route !== 'POST /login' || !isAda(body.email, body.password)) return undefined
        const { access, refresh } = sessions.open()
        return {
          status: 200,
          body: {
            access_token: access,
            [name]: { refresh_token: 'z'.repeat(20), expires_in: 900, user: { email: body.email } },
          },
          headers: {
            'Set-Cookie': [
              `rt=${refresh}; Path=/; HttpOnly`,
              `sid=${value}; Path=/; HttpOnly`,
              `${flat(name)}=1; Path=/`,
            ],
            Location: `/${name}`,
          },
        }
      },
    })
    expectNoPart(text + JSON.stringify(report), value)
    expectNoPart(text + JSON.stringify(report), name.replace(/^use the cookie |, please$/g, ''))
  },
)

test('doctor prints no token that the API uses as a name in the response that brings it', async () => {
  const token = 'Q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR'
  const { report, text } = await examined({
    instead: ({ route, body }) =>
      route === 'POST /login' && isAda(body.email, body.password)
        ? {
            status: 200,
            body: {
              [token]: { user: { email: body.email } },
              access_token: token,
              [`expires_${token}`]: 1,
              [`x.${token}.refresh_token`]: 'z'.repeat(20),
            },
          }
        : undefined,
  })
  expectNoPart(text + JSON.stringify(report), token)
})

test('doctor prints no value that only a later response shows to be a secret', async () => {
  const later = 'Q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR'
  const sessions = createSessions()
  const { report, text } = await examined({
    instead({ route, body }) {
      if (route === 'POST /refresh')
        return { status: 401, headers: { 'Set-Cookie': `late=${later}; Path=/` } }
      if (route !== 'POST /login' || !isAda(body.email, body.password)) return undefined
      const { access } = sessions.open()
      return { status: 200, body: { access_token: access, [later]: { refresh_token: 'z'.repeat(20) } } }
    },
  })
  expect(text).toContain('[redacted].refresh_token')
  expectNoPart(text + JSON.stringify(report), later)
})

test('a text is cleaned before it is cut', () => {
  const secrets = new Secrets()
  secrets.keep(LONG)
  expect(secrets.printable(`key ${LONG} end`)).toBe('key [redacted] end')
  expect(secrets.printableName(LONG)).toBe('[redacted]')
  expect(secrets.printable('x'.repeat(100))).toBe(`${'x'.repeat(80)}…`)
})

test('the cookies of an API are secrets also if its pages send none', () => {
  const secrets = new Secrets()
  const headers: [string, string][] = [['set-cookie', `sid="${INNER}"; Path=/; HttpOnly`]]
  const raw = {
    status: 200,
    headers,
    body: `{"${INNER}":{"refresh_token":"zzzzzzzzzz"}}`,
    isCut: false,
    at: 0,
    took: 0,
  }
  const answer = readAnswer(raw as never, secrets, { cookies: 'omit', isCookieSession: false, tokens: {} })
  expect(answer.cookies).toEqual([])
  expect(answer.grant.refresh?.place).toBe('[redacted].refresh_token')
})
