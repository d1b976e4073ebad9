import { randomBytes } from 'node:crypto'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'

/** Signs and verifies with HS256. */
export function createTokens({ lifetime }: { lifetime: number }) {
  let secret = randomBytes(32)
  return {
    sign: (claims: JWTPayload) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuedAt()
        .setExpirationTime(`${lifetime}s`)
        .sign(secret),
    /** The claims of `Authorization: Bearer …`; `null` if there is no valid token. */
    read: async (authorization: string | undefined) => {
      const [, token = ''] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? []
      return jwtVerify(token, secret, { algorithms: ['HS256'] }).then(
        ({ payload }) => payload,
        () => null,
      )
    },
    /** A deployment with a new secret: all tokens before it are refused. */
    rotateSecret: () => {
      secret = randomBytes(32)
    },
  }
}

export const opaque = () => randomBytes(32).toString('base64url')
