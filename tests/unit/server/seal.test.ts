import { expect, test } from 'vitest'
import { createBff } from '../../../js/server/index.js'
import { createSeal } from '../../../js/server/seal.js'
import { Browser, SECRET, startApi } from './browser.js'

const OTHER = 'Zk3RwB8nQeUy5HxM1vTgL7dFpJ0sCaO4iWbXrY9lNzE='

test('a sealed value opens with the same secret, for the same purpose, before it expires', async () => {
  const seal = createSeal([SECRET])
  const sealed = await seal.close({ a: 1 }, 'session', 60)
  expect(sealed).not.toContain(Buffer.from('{"a":1}').toString('base64url').slice(0, 6))
  expect(await seal.open(sealed, 'session')).toEqual({ a: 1 })
  expect(await seal.open(sealed, 'renewal'), 'for another purpose').toBeNull()
  expect(await createSeal([OTHER]).open(sealed, 'session'), 'with another secret').toBeNull()
  expect(await seal.open(await seal.close({ a: 1 }, 'session', -2), 'session'), 'expired').toBeNull()
  // The first character of the tag, because the last characters contain bits without meaning.
  const at = sealed.lastIndexOf('.') + 1
  const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
  expect(await seal.open(changed, 'session'), 'changed').toBeNull()
  for (const text of ['', 'x', 'a.b.c.d.e', 'eyJhbGciOiJub25lIn0.e30.', `${'x'.repeat(20_000)}.a.b.c.d`])
    expect(await seal.open(text, 'session'), text.slice(0, 20)).toBeNull()
})

test('a secret can be replaced without signing users out', async () => {
  const server = await startApi()
  const before = new Browser(createBff(server.options))
  await before.signIn()
  const during = new Browser(createBff({ ...server.options, secret: [OTHER, SECRET] }))
  for (const [name, value] of before.cookies) during.cookies.set(name, value)
  expect((await during.session()).status).toBe('authenticated')
  await during.signIn()
  const after = new Browser(createBff({ ...server.options, secret: OTHER }))
  for (const [name, value] of during.cookies) after.cookies.set(name, value)
  expect((await after.session()).status).toBe('authenticated')
  for (const [name, value] of before.cookies) after.cookies.set(name, value)
  expect(await after.session()).toMatchObject({ status: 'unauthenticated', reason: 'never' })
  await server.close()
})
