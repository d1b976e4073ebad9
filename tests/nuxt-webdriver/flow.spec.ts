import { createApi } from '../../examples/api/src/api.js'
import { createCertificate } from '../../examples/api/support/certificate.js'
import { serveApp } from '../apps.js'
import { visit } from '../nuxt/flow.js'
import { test } from '../webdriver/fixtures.js'

// WebKit takes no Secure cookie from http://localhost.
test('promise 20: over the sign-in page to the page that was wanted, a reload there, and out again', async ({
  page,
}) => {
  const api = createApi()
  const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
  const app = await serveApp('bff', { api: url, tls: createCertificate() })
  await visit(page, app.url, Object.assign(api, { url }))
  await app.end()
  await close()
})
