import { z } from 'zod'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** `id:base64,id:base64`: the first key signs, all keys verify. Contract, 28. */
const keys = z.string('is missing: node auth/tasks.js keys makes one').transform((text, context) =>
  text.split(',').map((entry) => {
    const [id, base64 = ''] = entry.trim().split(':')
    const secret = Buffer.from(base64, 'base64')
    if (!/^[\w-]{1,32}$/.test(id) || secret.length < 32)
      context.addIssue('must be a list of id:key, separated by commas, each key 32 bytes or more in base64')
    return { id, secret }
  }),
)
const isOrigin = (text) => URL.canParse(text) && new URL(text).origin === text
const origin = z
  .string()
  .refine(isOrigin, 'must be an origin such as https://app.example.com, without a path')

const environment = z
  .object({
    NODE_ENV: z.string().default('development'),
    PUBLIC_URL: origin,
    ORIGINS: z
      .string()
      .default('')
      .transform((text) => text.split(',').filter(Boolean))
      .pipe(z.array(origin)),
    ACCESS_TOKEN_KEYS: keys,
    REFRESH_TOKEN_KEYS: keys,
    SAME_SITE: z.enum(['lax', 'strict', 'none']).default('lax'),
    TRUST_PROXY: z
      .string()
      .default('')
      .refine(
        (text) => !['true', '*'].includes(text),
        'must name proxies: with true, anybody can forge an address',
      ),
    PASSWORD_COST: z.coerce.number().int().min(10).max(20).default(17),
  })
  .superRefine(({ NODE_ENV, PUBLIC_URL, SAME_SITE, PASSWORD_COST }, context) => {
    const refuse = (name, message) => context.addIssue({ code: 'custom', path: [name], message })
    const isProduction = NODE_ENV === 'production'
    if (isProduction && !PUBLIC_URL.startsWith('https:'))
      refuse('PUBLIC_URL', 'must begin with https:// in production')
    if (isProduction && PASSWORD_COST < 15) refuse('PASSWORD_COST', 'must be 15 or more in production')
    if (SAME_SITE === 'none' && !PUBLIC_URL.startsWith('https:'))
      refuse('SAME_SITE', 'can be none with https only')
  })

/**
 * All settings. Production does not start without its own keys.
 * @param {NodeJS.ProcessEnv} env
 * @throws {Error} that names each variable that is missing or wrong
 */
export function readConfig(env) {
  const { data, error } = environment.safeParse(env)
  if (error) throw new Error(`The environment cannot be used.\n${z.prettifyError(error)}`)
  const secure = data.PUBLIC_URL.startsWith('https:')
  return {
    issuer: data.PUBLIC_URL,
    origins: [data.PUBLIC_URL, ...data.ORIGINS],
    secure,
    accessKeys: data.ACCESS_TOKEN_KEYS,
    refreshKeys: data.REFRESH_TOKEN_KEYS,
    // A number of proxies, or the addresses of proxies.
    trustProxy: /^\d+$/.test(data.TRUST_PROXY) ? Number(data.TRUST_PROXY) : data.TRUST_PROXY || false,
    passwordCost: data.PASSWORD_COST,
    cookie: {
      // Browsers accept a cookie with this prefix only from exactly this host and over TLS.
      name: secure ? '__Host-refresh_token' : 'refresh_token',
      attributes: { httpOnly: true, secure, sameSite: data.SAME_SITE, path: '/' },
    },
    accessLifetime: 15 * MINUTE,
    sessionLifetime: 30 * DAY,
    idleLifetime: 14 * DAY,
    grace: 10_000,
    keepEnded: 7 * DAY,
    failures: { perAddress: 20, perAccount: 5, seconds: 60 },
    now: () => new Date(),
  }
}
