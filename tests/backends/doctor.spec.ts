import { execFile } from 'node:child_process'
import path from 'node:path'
import type { Report } from '../../js/doctor/report.js'
import { backends, type Person, quickest } from './backends.js'
import { expect, get, outliveTrust, signIn, status, test } from './fixtures.js'

const isFull = Boolean(process.env.TOKENCELL_FULL)
const command = path.resolve(import.meta.dirname, '../../pkg/doctor/cli.js')

/** The JSON report of `npx tokencell doctor`. */
function diagnose(args: string[], { email, password }: Person): Promise<Report> {
  const env = { ...process.env, TOKENCELL_DOCTOR_EMAIL: email, TOKENCELL_DOCTOR_PASSWORD: password }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [command, 'doctor', ...args, '--json'], { env }, (_, stdout, stderr) => {
      if (stderr) reject(new Error(stderr))
      else resolve(JSON.parse(stdout))
    })
  })
}

const errorsOf = ({ findings }: Report) =>
  findings.filter(({ severity }) => severity === 'error').map(({ id }) => id)

for (const name of Object.keys(backends).filter((name) => isFull || name === quickest))
  test.describe(name, () => {
    test.use({ name })

    test('doctor finds only the known errors of the backend, and a vault works with the suggested options', async ({
      backend,
      gateway,
      open,
      page,
      person,
      site,
    }) => {
      const url = gateway.url + backend.protected
      const report = await diagnose([gateway.url, '--origin', site.url, ...backend.doctor], person)
      expect(report.isSignedIn).toBe(true)
      expect(errorsOf(report)).toEqual(backend.flaws ?? [])

      gateway.journal.length = 0
      const suggested = report.suggestion?.code
      expect(report.suggestion?.tried).toEqual(expect.arrayContaining(['sign-in', 'request', 'sign-out']))
      await open(suggested)
      await signIn(page, backend, person)
      expect(await get(page, url)).toBe(200)
      if (backend.refresh) {
        await outliveTrust(page)
        gateway.spoil(backend.protected)
        const answered = await get(page, url)
        expect(answered, `${suggested}\n${gateway.log()}`).toBe(200)
        expect(gateway.of(backend.refresh).map(({ status }) => status)).toEqual([200])
      }
      await page.evaluate(() => auth.signOut())
      expect(await status(page)).toBe('signed-out')
      expect(gateway.of(backend.signOut)[0]?.status).toBeLessThan(300)
      expect(await get(page, url)).toBe(401)
    })

    test('doctor finds the same errors when it reads the vault file', async ({
      backend,
      gateway,
      person,
      site,
    }) => {
      const file = path.join(import.meta.dirname, backend.vault)
      const rest = ['--me', backend.protected, ...backend.doctor.filter((_, at, all) => isField(all, at))]
      const report = await diagnose([gateway.url, '--origin', site.url, '--vault', file, ...rest], person)
      expect(report.isSignedIn).toBe(true)
      expect(errorsOf(report)).toEqual(backend.flaws ?? [])
    })
  })

/** Whether this argument is `--field` or its value. A vault file does not contain the names of the credentials. */
const isField = (args: string[], at: number) => args[at] === '--field' || args[at - 1] === '--field'
