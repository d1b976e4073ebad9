/** A JWT that is valid for fifteen minutes. */
export function jwt(lifetime = 900) {
  const now = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'HS256' })}.${part({ sub: '1', iat: now, exp: now + lifetime })}.${part({ n: Math.random() })}`
}
