import { createApi } from '../../examples/api/src/api.js'
import { createCertificate } from '../../examples/api/support/certificate.js'
import { serveApp } from '../apps.js'
import { visit } from '../nuxt/flow.js'
import { test } from '../webdriver/fixtures.js'

// The server uses TLS, because WebKit rejects Secure cookies from http://localhost.
test('promise 20: a deep link leads to the sign-in page and then to the requested page, a reload stays there, and a sign-out works', async ({
  page,
}) => {
  const api = createApi()
  const { url, close } = await api.listen({ port: 0, host: '127.0.0.1' })
  const app = await serveApp('bff', { api: url, tls: createCertificate() })
  await visit(page, app.url, Object.assign(api, { url }))
  await app.end()
  await close()
})
