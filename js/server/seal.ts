import { EncryptJWT, type JWTPayload, jwtDecrypt } from 'jose'

/** Encrypts what leaves this process, and opens what comes back: a JWE that contains its expiry time. */
export interface Seal {
  /** @param purpose what the text is for. It can be opened for this purpose only */
  close(payload: object, purpose: string, seconds: number): Promise<string>
  /** `null` if the text was not sealed by one of the secrets, or has expired. */
  open<T>(text: string, purpose: string): Promise<T | null>
}

interface Key {
  id: string
  bytes: Uint8Array
}

/** @param secrets the first secret seals, every secret opens */
export function createSeal(secrets: readonly string[]): Seal {
  const keys = Promise.all(secrets.map(derive))

  return {
    async close(payload, purpose, seconds) {
      const [first] = (await keys) as [Key, ...Key[]]
      return (
        new EncryptJWT({ it: payload })
          .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.id })
          .setAudience(purpose)
          // Rounded up to whole seconds, because a JWT contains no others.
          .setExpirationTime(Math.ceil(Date.now() / 1000 + seconds))
          .encrypt(first.bytes)
      )
    },
    async open<T>(text: string, purpose: string) {
      const known = await keys
      const find = ({ kid }: { kid?: string }) => {
        const key = known.find(({ id }) => id === kid)
        if (!key) throw new TypeError('Sealed with another secret')
        return key.bytes
      }
      const options = { audience: purpose, contentEncryptionAlgorithms: ['A256GCM'], requiredClaims: ['exp'] }
      const opened = await jwtDecrypt<JWTPayload & { it: T }>(text, find, options).catch(() => null)
      return opened ? opened.payload.it : null
    },
  }
}

/** One key for this use of the secret, and an id that reveals nothing about the secret. */
async function derive(secret: string): Promise<Key> {
  const bytes = await digest(`tokencell session ${secret}`)
  return { id: hex(await digest(`tokencell key ${secret}`)).slice(0, 12), bytes }
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A short name for a session in logs and headers. The id cannot be derived from it. */
export const nameOf = async (id: string) => hex(await digest(`tokencell name ${id}`)).slice(0, 12)
