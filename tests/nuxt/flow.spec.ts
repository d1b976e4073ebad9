import { test } from '../apps.js'
import { visit } from './flow.js'

test('promise 20: over the sign-in page to the page that was wanted, a reload there, and out again', async ({
  api,
  app,
  page,
}) => {
  await visit(page, app.url, api)
})
