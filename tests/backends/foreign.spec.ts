import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test as base, expect } from '@playwright/test'
import type { DoctorOptions } from '../../js/doctor/options.js'
import type { Report } from '../../js/doctor/report.js'
import { ADA } from '../doctor/api.js'
import { foreigners } from '../doctor/apis/index.js'
import { get, outliveTrust, status } from '../e2e/fixtures.js'
import { openSite } from '../e2e/site.js'

const command = path.resolve(import.meta.dirname, '../../pkg/doctor/cli.js')

/** Serves a page and an API on one origin. */
type Serve = (listener: RequestListener) => ReturnType<typeof open>

const test = base.extend<{ serve: Serve }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  serve: async ({}, use) => {
    const opened: Awaited<ReturnType<Serve>>[] = []
    await use(async (listener) => {
      opened.push(await open(listener))
      return opened.at(-1) as (typeof opened)[number]
    })
    for (const { close } of opened) await close()
  },
})

async function open(listener: RequestListener) {
  const site = await openSite()
  const journal: string[] = []
  const doubted = new Set<string>()
  const server = createServer((asked, response) => {
    const { method, url = '' } = asked
    if (method === 'GET' && /^\/(|first\.js|page\.js|auth\.vault\.js.*|pkg\/.*)$/.test(url))
      return void request(site.url + url, (found) => {
        response.writeHead(found.statusCode ?? 502, found.headers)
        found.pipe(response)
      }).end()
    response.once('finish', () => journal.push(`${method} ${url} ${response.statusCode}`))
    if (doubted.delete(url)) return void response.writeHead(401).end()
    listener(asked, response)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    site,
    journal,
    /** Refuses the next request to a path with 401. */
    doubt: (path: string) => void doubted.add(path),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await site.close()
    },
  }
}

/** The command line for these options of doctor. */
function argumentsOf(options: Partial<DoctorOptions>, folder: string): string[] {
  const { csrf, csrfPage, fields = {}, me, refresh, signIn, signOut, vault } = options
  const file = path.join(folder, 'vault.json')
  mkdirSync(folder, { recursive: true })
  if (vault) writeFileSync(file, JSON.stringify(vault))
  const given = {
    ...{ csrf, 'csrf-page': csrfPage, me, refresh, 'sign-in': signIn, 'sign-out': signOut },
    vault: vault && file,
  }
  return [
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]),
  ]
}

/** The JSON report of `npx tokencell doctor`. */
function diagnose(args: string[]): Promise<Report> {
  const account = { TOKENCELL_DOCTOR_EMAIL: ADA.email, TOKENCELL_DOCTOR_PASSWORD: ADA.password }
  const env = { ...process.env, ...account }
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [command, 'doctor', ...args, '--grace', '0', '--json'],
      { env },
      (_, out, err) => {
        if (err) reject(new Error(err))
        else resolve(JSON.parse(out))
      },
    )
  })
}

function credentialsFor(
  { email = 'email', password = 'password' }: DoctorOptions['fields'] = {},
  given = ADA,
) {
  const [, outer] = /^(\w+)\[/.exec(email) ?? []
  return outer ? { [outer]: given } : { [email]: given.email, [password]: given.password }
}

for (const [name, { listener, options, flaws = [], tried }] of Object.entries(foreigners))
  test(`${name}: with the options that doctor prints, all operations that doctor has tried work in a page`, async ({
    page,
    serve,
  }, info) => {
    const { url, site, journal, doubt } = await serve(listener())
    const report = await diagnose([url, ...argumentsOf(options, info.outputDir)])
    expect(report.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id)).toEqual(flaws)
    expect(report.suggestion?.tried).toEqual(tried)

    const script = report.suggestion?.code.replace("'tokencell/vault'", "'/pkg/vault/index.js'") ?? ''
    site.options = { script }
    // The suggested file is for a worker: it does not permit a page to run it.
    site.where = 'shared'
    site.overrides.set('/auth.vault.js', (response) => {
      response.setHeader('content-type', 'text/javascript').end(script)
    })
    const signIn = (given = ADA) =>
      page.evaluate(
        async ([before, credentials]) => {
          if (before) await fetch(before, { credentials: 'include' })
          return auth.signIn(credentials).then(
            () => 'signed in',
            (error) => error.code,
          )
        },
        [options.csrfPage, credentialsFor(options.fields, given)] as const,
      )
    const me = options.me ?? '/me'
    await page.goto(url)
    await page.evaluate(() => auth.ready)
    // Some of the APIs answer 401, and some redirect to their own sign-in page.
    expect(await get(page, me)).not.toBe(200)
    expect(await signIn({ ...ADA, password: 'another horse' })).toBe('refused')
    expect(await signIn()).toBe('signed in')
    expect(await get(page, me)).toBe(200)

    if (tried.includes('refresh')) {
      await outliveTrust(page)
      doubt(me)
      journal.length = 0
      expect(await get(page, me), report.suggestion?.code).toBe(200)
      // The refused request, the refresh, and the retried request.
      expect(journal).toHaveLength(3)
      expect(journal.slice(1)).toEqual([expect.stringMatching(/ 200$/), `GET ${me} 200`])
    }
    if (tried.includes('reload')) {
      await page.reload()
      await page.evaluate(() => auth.ready)
      expect(await status(page)).toBe('authenticated')
      expect(await get(page, me)).toBe(200)
    }
    if (!tried.includes('sign-out')) return
    journal.length = 0
    await page.evaluate(() => auth.signOut())
    expect(journal.at(-1)).toMatch(/ 20[04]$/)
    expect(await get(page, me)).not.toBe(200)
  })
