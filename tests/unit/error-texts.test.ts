import { afterEach, expect, test, vi } from 'vitest'
import { createBffAuth } from '../../js/bff/client.js'
import { connect as connectVault } from '../../js/client/connect.js'
import { callError } from '../../js/common/call-errors.js'
import { commonError } from '../../js/common/errors.js'
import { packError, unpackError } from '../../js/protocol/errors.js'
import { vaultError } from '../../js/vault/errors.js'

/** The text of an error names the cause in every situation that has its code, and a fix that works. */

afterEach(() => vi.unstubAllGlobals())

const OBSERVER = { onSnapshot() {}, onEvent() {}, onLost() {} }

test('`closed` names no function that the client was not made with, and for a vault another fix', () => {
  expect(commonError('closed').message).toBe('The client is closed. Create a new one.')
  // A new client of the page would get the same closed vault.
  expect(vaultError('closed').message).toBe('The vault is closed. Reload the page.')
})

test('`refused` fits a refresh and an exchange as well as a sign-in', () => {
  expect(vaultError('refused').message).toBe(
    'The API refused this request. Its response is in `status` and `body`.',
  )
})

test('`refresh-unusable` names the missing refresh token and the options for it', () => {
  expect(vaultError('refresh-unusable').message).toMatch(
    /^There is no refresh token, or .*`refreshToken` and `fields\.refreshToken`/,
  )
})

test('`token-missing` fits an empty refresh token and the headers of `credential`', () => {
  expect(vaultError('token-missing', { option: 'fields.refreshToken' }).message).toMatch(
    /^fields\.refreshToken: .*or an empty one.*`credential`/,
  )
})

test('`body-malformed` fits a response that broke off', () => {
  expect(vaultError('body-malformed').message).toContain('broke off')
})

test('`endpoint-missing` fits `refresh`, which is not required otherwise', () => {
  expect(vaultError('endpoint-missing', { option: 'refresh' }).message).not.toContain('required')
})

test('`session-ended` fits a call without any session, and `signed-out` one whose session has ended by itself', () => {
  expect(callError('session-ended').message).toBe('There is no session for this call. Sign in.')
  expect(callError('signed-out').message).toContain('or the session ended')
})

test.each([
  ['no placement at all', {}],
  ['`shared` alone, in a browser without shared workers', { shared: vi.fn() }],
])('`placement-missing` names what to pass: %s', async (_, placement) => {
  vi.stubGlobal('window', globalThis)
  vi.stubGlobal('SharedWorker', undefined)
  await expect(connectVault(placement, OBSERVER)).rejects.toMatchObject({
    code: 'placement-missing',
    message: 'Pass `worker` to createAuth().',
  })
})

test('`vault-failed` has the text of its cause, also in the page, where the cause itself does not arrive', async () => {
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, () => {})
  // The built file, which is next to the core. Node loads no `file:` URL.
  const { loadCore } = await import('../../pkg/vault/load.js')
  const error = await loadCore().catch((error: unknown) => error)
  const inPage = unpackError(packError(error)) as Error
  expect(inPage).toMatchObject({ code: 'vault-failed' })
  expect(inPage).not.toHaveProperty('cause')
  expect(inPage.message).toMatch(
    /or use a newer browser\. TypeError: No WebAssembly found at .*core_bg\.wasm$/,
  )
})

test('the client of a server says in Node that it needs a browser, and not that the server is unreachable', async () => {
  const auth = createBffAuth()
  const wrong = { code: 'not-in-browser' }
  await expect(auth.signIn({ email: 'a' })).rejects.toMatchObject(wrong)
  await expect(auth.signOut()).rejects.toMatchObject(wrong)
  await expect(auth.fetch('https://app.test/api/notes')).rejects.toMatchObject(wrong)
  await expect(auth.fetch('/api/notes')).rejects.toMatchObject(wrong)
  expect(auth.snapshot.status).toBe('loading')
})
