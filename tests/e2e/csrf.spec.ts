import { type Dialect, dialects, listen, optionsOf } from './dialects/index.js'
import { ADA, expect, test } from './fixtures.js'

test('concurrent requests (3, then 20) all carry the CSRF header whose value is read from a cookie', async ({
  api: _,
  open,
  page,
  site,
}) => {
  const server = await listen((dialects.railsSession as () => Dialect)(), site.url)
  site.options = { ...optionsOf('railsSession', server.url) }
  await open(page)
  await page.evaluate((credentials) => auth.signIn(credentials), ADA)
  const notes = `${server.url}/notes`
  const post = async (count: number) => {
    const statuses = await page.evaluate(
      ([notes, count]) =>
        Promise.all(
          Array.from({ length: count }, (_, index) =>
            auth.fetch(notes, { method: 'POST', body: `note ${index}` }).then(
              ({ status }) => status,
              ({ code, name }) => code ?? name,
            ),
          ),
        ),
      [notes, count] as const,
    )
    // The server answers 422 without the header.
    expect(statuses).toEqual(Array(count).fill(201))
  }
  await post(3)
  await post(20)
  await server.close()
})
