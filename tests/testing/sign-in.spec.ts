import { readFile } from 'node:fs/promises'
import { signInByApi } from 'tokencell/testing/playwright'
import { createApi } from '../../examples/api/src/api.js'
import { ADA } from '../e2e/fixtures.js'
import { expect, open, test } from './fixtures.js'

const signIn = { url: '/api/v1/login', credentials: ADA }

test('a file of signInByApi is a storageState', async ({ app, playwright, browser }, testInfo) => {
  const path = testInfo.outputPath('auth/ada.json')
  const request = await playwright.request.newContext({ baseURL: app.url })
  const state = await signInByApi(request, { ...signIn, origin: app.url, path })
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(state)
  const context = await browser.newContext({ storageState: path, baseURL: app.url })
  expect(await open(await context.newPage())).toBe('authenticated')
  await context.close()
  await request.dispose()
})

test('a refused sign-in is an error that names the status', async ({ app, request }) => {
  const wrong = { ...signIn, credentials: { ...ADA, password: 'wrong' }, origin: app.url }
  await expect(signInByApi(request, wrong)).rejects.toThrow(/refused the sign-in: POST .* returned 401/)
})

test('an answer without a cookie is an error that says how to sign in', async ({ app, playwright }) => {
  const api = createApi({ refreshTokenIn: 'body', corsOrigins: [app.url] })
  const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
  const request = await playwright.request.newContext({ baseURL: url })
  await expect(signInByApi(request, { ...signIn, origin: app.url })).rejects.toThrow(
    /sets no cookie.*auth\.signIn/s,
  )
  await request.dispose()
  await close()
})
