import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'

const derive = promisify(scrypt)

/** The rules for a new password: it must be long, and must not consist of the e-mail or of a few characters. */
export const newPassword = (email) =>
  z
    .string()
    .min(12, 'needs 12 characters or more')
    .max(128, 'has more than 128 characters')
    .refine((text) => new Set(text).size >= 5, 'needs 5 different characters or more')
    .refine((text) => !containsName(text, email), 'must not contain your e-mail')

// Many good passwords contain a short name by chance.
function containsName(password, email) {
  const [name] = email.split('@')
  return name.length >= 5 && password.toLowerCase().includes(name)
}

/**
 * `scrypt$<cost>$<salt>$<key>`. If your accounts have other hashes (bcrypt, argon2), change this file.
 * @param {{ passwordCost: number }} config
 */
export function createPasswords({ passwordCost }) {
  async function encode(password, salt, cost) {
    const options = { N: 2 ** cost, r: 8, p: 1, maxmem: 2 ** (cost + 11) }
    const key = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), 32, options)
    return `scrypt$${cost}$${salt}$${key.toString('base64url')}`
  }
  const hash = (password) => encode(password, randomBytes(16).toString('base64url'), passwordCost)
  const unknown = hash(randomBytes(16).toString('hex'))

  return {
    hash,
    /** Takes the same time without a stored hash, for an unknown e-mail. Contract, 27. */
    async matches(password, stored) {
      const reference = stored ?? (await unknown)
      const [, cost, salt] = reference.split('$')
      const found = Buffer.from(await encode(password, salt, Number(cost)))
      const expected = Buffer.from(reference)
      return found.length === expected.length && timingSafeEqual(found, expected) && stored !== undefined
    },
  }
}
