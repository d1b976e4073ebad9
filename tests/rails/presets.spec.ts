import { presets } from '../../js/presets.js'
import { expect, get, outliveTrust, signIn, status, test } from './fixtures.js'

test('preset deviseJwt: sign-in, revocation and sign-out work against Rails without a refresh endpoint', async ({
  admin,
  api,
  gateway,
  open,
  page,
  person,
  site,
}) => {
  // This Rails has other paths, requires the CSRF header, and returns the user in the field `user`.
  const { csrf: _, fields: __, ...deviseJwt } = presets.deviseJwt
  site.options = {
    ...deviseJwt,
    origins: [new URL(api).origin],
    signIn: '/api/v1/login',
    signOut: { method: 'DELETE', path: '/api/v1/logout' },
  }
  await open(page)
  await signIn(page, person)
  expect([await status(page), await get(page, `${api}/me`)]).toEqual(['authenticated', 200])
  await outliveTrust(page)
  await admin.forceLogout(person.id)
  expect(await get(page, `${api}/me`), 'no refresh and no retry').toBe(401)
  await signIn(page, person)
  expect(await get(page, `${api}/me`)).toBe(200)
  await page.evaluate(() => auth.signOut())
  expect([await status(page), await get(page, `${api}/me`)]).toEqual(['signed-out', 401])
  expect(gateway.refreshes()).toEqual([])
})
