import { Canaries, find } from './canary.js'
import { expect, signIn, test } from './fixtures.js'

/** A script of the page that runs the file of a worker's vault in the page, to see what the vault sends and gets. */

test.skip(({ where }) => where === 'page', 'the file of such a vault permits a page')

test('promise 19: a page that imports the vault file gets the error `vault-in-page` and no vault', async ({
  open,
  page,
}) => {
  await open(page)
  const outcome = await page.evaluate(async () => {
    const url = performance
      .getEntriesByType('resource')
      .find(({ name }) => name.includes('/auth.vault.js'))?.name
    return import(url ?? '/auth.vault.js').then(
      () => 'runs',
      ({ name, code, message }) => [name, code, message],
    )
  })
  expect(outcome).toEqual(['AuthError', 'vault-in-page', expect.stringContaining('`page: true`')])
})

test('promise 19: a page that pretends to be a worker before it imports the vault file sees no token', async ({
  api,
  open,
  page,
  site,
}) => {
  site.first = `
    window.overheard = []
    for (const name of ['SharedWorkerGlobalScope', 'DedicatedWorkerGlobalScope', 'WorkerGlobalScope'])
      window[name] = Window
    try { delete window.document } catch {}
    try { Object.defineProperty(window, 'document', { value: undefined }) } catch {}
    const { fetch } = window
    window.fetch = async (...args) => {
      const response = await fetch(...args)
      overheard.push(JSON.stringify([args.map(String), [...new Headers(args[1]?.headers)], await response.clone().text()]))
      return response
    }
    window.stolen = import('/auth.vault.js').then(
      () => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = ({ data }) => overheard.push(JSON.stringify(data))
        dispatchEvent(new MessageEvent('connect', { ports: [port2] }))
        port1.postMessage({ type: 'hello', version: 3, restored: false })
        const credentials = { json: '{"email":"ada@example.com","password":"correct horse"}' }
        port1.postMessage({ type: 'run', id: 1, command: 'signIn', argument: { credentials } })
        return 'runs'
      },
      ({ code }) => code,
    )`
  const canaries = new Canaries(page, api)
  await open(page)
  await signIn(page)
  expect(await page.evaluate(() => stolen)).toBe('vault-in-page')
  const overheard = await page.evaluate(() => window.overheard.join())
  expect(overheard).not.toContain('auth.vault.js')
  expect(find(canaries.tokens, { overheard })).toEqual([])
  expect(canaries.tokens).toHaveLength(1)
})

declare global {
  var overheard: string[]
  var stolen: Promise<string>
}
