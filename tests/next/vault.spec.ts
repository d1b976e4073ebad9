import { createApi } from '../../examples/api/src/api.js'
import { VAULT_API } from '../../scripts/next.mjs'
import { ADA, at, expect, signIn, test } from '../apps.js'

test('in the pure client mode the vault calls the API directly, and a reload causes no refresh', async ({
  app,
  page,
}) => {
  const api = createApi({ corsOrigins: [app.url] })
  const listening = await api.listen({
    port: Number(new URL(VAULT_API).port),
    host: 'localhost',
  })
  api.notes.add('1', { text: 'from the vault' })
  await page.goto('/vault')
  await expect(at(page, 'status')).toHaveText('unauthenticated')
  await signIn(page, ADA)
  await expect(at(page, 'notes')).toContainText('from the vault')
  await page.reload()
  await expect(at(page, 'notes')).toContainText('from the vault')
  expect(api.journal.counts().refresh.total).toBe(0)
  expect(
    api.journal.entries().filter(({ method, path }) => method === 'POST' && path.endsWith('/login')),
  ).toHaveLength(1)
  await at(page, 'sign-out').click()
  await expect(at(page, 'status')).toHaveText('unauthenticated')
  await listening.close()
})
