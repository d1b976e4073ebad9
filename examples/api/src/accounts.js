import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { InvalidInput } from './invalid-input.js'
import { seedAccounts } from './seeds.js'

/**
 * @typedef {{ id: string, email: string, name: string, roles: string[] }} User
 * @typedef {User & { password: Hash }} Account
 * @typedef {{ salt: Buffer, key: Buffer }} Hash
 */

const derive = promisify(scrypt)
const KEY_BYTES = 32

const seeds = seedAccounts.map((seed) => ({ ...seed, password: hashSync(seed.password) }))

// Used if the e-mail is unknown, so that both refusals take the same time.
const decoy = hashSync(randomBytes(16).toString('hex'))

/** The accounts. At the start and after a reset, there are the two seeded accounts. */
export function createAccounts() {
  /** @type {Map<string, Account>} by e-mail */
  const accounts = new Map()

  function add({ email, name, roles, password }) {
    const account = { id: String(accounts.size + 1), email, name, roles: [...roles], password }
    accounts.set(email, account)
    return account
  }

  function reset() {
    accounts.clear()
    seeds.forEach(add)
  }
  reset()

  return {
    reset,

    /** All users, without passwords. @returns {User[]} */
    list: () => [...accounts.values()].map(toUser),

    /** @param {string} id */
    byId: (id) => [...accounts.values()].find((account) => account.id === id),

    /** @param {string} email */
    byEmail: (email) => accounts.get(normalize(email)),

    /**
     * Creates an account with the role `user`.
     * @param {{ email: string, password: string }} credentials
     * @returns {Promise<Account | undefined>} undefined if the e-mail is taken
     */
    async signUp({ email, password }) {
      const address = normalize(email)
      const hashed = await hash(password)
      if (accounts.has(address)) return undefined
      return add({
        email: address,
        name: address.split('@')[0],
        roles: ['user'],
        password: hashed,
      })
    },

    /**
     * The account these credentials belong to, if any.
     * @param {{ email: string, password: string }} credentials
     * @returns {Promise<Account | undefined>}
     */
    async signIn({ email, password }) {
      const account = accounts.get(normalize(email))
      const matches = await verify(password, account?.password ?? decoy)
      return matches ? account : undefined
    },

    /**
     * Sets the roles. Only access tokens that are issued later contain them.
     * @param {Account} account
     * @param {string[]} roles
     */
    setRoles(account, roles) {
      if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) {
        throw new InvalidInput('roles must be a list of strings')
      }
      account.roles = [...roles]
    },
  }
}

/** The part of an account that other users may see. @param {Account} account @returns {User} */
export function toUser({ id, email, name, roles }) {
  return { id, email, name, roles }
}

function normalize(email) {
  return email.trim().toLowerCase()
}

async function hash(password) {
  const salt = randomBytes(16)
  return { salt, key: await derive(password, salt, KEY_BYTES) }
}

function hashSync(password) {
  const salt = randomBytes(16)
  return { salt, key: scryptSync(password, salt, KEY_BYTES) }
}

async function verify(password, { salt, key }) {
  return timingSafeEqual(await derive(password, salt, KEY_BYTES), key)
}
