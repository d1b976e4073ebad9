import { test } from '../apps.js'
import { visit } from './flow.js'

test('promise 20: a deep link leads to the sign-in page and then to the requested page, a reload stays there, and a sign-out works', async ({
  api,
  app,
  page,
}) => {
  await visit(page, app.url, api)
})
