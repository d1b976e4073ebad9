import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createBff } from '../../../js/server/index.js'
import { isWeakSecret } from '../../../js/server/secret-strength.js'
import { randomFrom } from '../../random.js'
import { SECRET } from './browser.js'

const options = { api: 'https://api.test', signIn: '/login' }

test.each([
  'short',
  'q9vX2mLr',
  // 31 characters.
  'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6a',
  'x'.repeat(32),
  'ab'.repeat(20),
  'k7Q2'.repeat(10),
  'k7Q2zP9w'.repeat(5),
  '0123456789'.repeat(4),
  '01234567890123456789012345678901',
  'abcdefghijklmnopqrstuvwxyz012345',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  `changeme${'!'.repeat(30)}`,
  'changeme-changeme-changeme-changeme',
  'changeme_changeit_replace_password',
  'Ch4ng3M3-Ch4ng3M3-S3cr3t-P4ssw0rd!!',
  'your-secret-key-at-least-32-characters-long',
  'thisisasecretkeythatisatleast32characterslong',
  'a secret of more than thirty-two characters',
  'a secret of these tests, long enough',
  'this is a very long secret for development only',
  'my-super-secret-session-password-12345',
  'replace-this-with-openssl-rand-base64-32',
  'correct horse battery staple correct horse',
  'qwertyuiopasdfghjklzxcvbnm1234567890',
  '11111111111111112222222222222222',
  '--------------------------------k7Q2',
  '                                        ',
  'supersecretsupersecretsupersecret',
  'development-secret-development-secret-1',
  'PASSWORDPASSWORDPASSWORDPASSWORDPASSWORD1',
])('a secret that can be guessed is refused, and is not in the error: %s', (secret) => {
  expect(isWeakSecret(secret)).toBe(true)
  for (const given of [secret, [SECRET, secret]]) {
    const error = thrownBy(() => createBff({ ...options, secret: given }))
    expect(error).toMatchObject({ code: 'secret-weak', option: 'secret' })
    expect(error.message).toContain('openssl rand -base64 32')
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain(secret)
  }
})

function thrownBy(work: () => unknown): Error & { code?: string } {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown')
}

test('secrets from a generator are accepted in every usual form', () => {
  const random = randomFrom(19)
  for (let times = 0; times < 5000; times += 1) {
    const bytes = createHash('sha256').update(String(random())).digest()
    const hex = bytes.toString('hex')
    const uuid = hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    for (const secret of [bytes.toString('base64'), bytes.toString('base64url'), hex, hex.slice(0, 32), uuid])
      expect(isWeakSecret(secret), secret).toBe(false)
  }
})

test('words that were drawn by dice are accepted', () => {
  expect(isWeakSecret('gravel-untold-cinch-mammal-ivory-squid-plaza')).toBe(false)
})
