import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const HOUR = 60 * 60 * 1000

/**
 * A key and a self-signed certificate for tests, valid for one day. It needs neither a file nor openssl.
 * @param {string} host
 * @returns {{ key: string, cert: string }} as PEM, for `listen({ tls })`
 */
export function createCertificate(host = 'localhost') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // RFC 5280, 4.1: issuer and subject are the same: it is self-signed.
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(host)))))
  const names = sequence(der(0x82, Buffer.from(host)))
  const extensions = sequence(sequence(oid('551d11'), der(0x04, names)))
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    // The highest bit of a serial number must not be set.
    integer(Buffer.from([1, ...randomBytes(15)])),
    ecdsaWithSha256,
    name,
    sequence(time(Date.now() - HOUR), time(Date.now() + 24 * HOUR)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const lines = sequence(body, ecdsaWithSha256, signature)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n')
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** One element in DER: its tag, the length of its content and the content. */
function der(tag, ...parts) {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content])
}

const sequence = (...parts) => der(0x30, ...parts)
const integer = (bytes) => der(0x02, bytes)
const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'))

/** UTCTime: the year has two digits. @param {number} at milliseconds since the epoch */
function time(at) {
  const digits = new Date(at).toISOString().replace(/[-:T]|\..*/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`))
}
