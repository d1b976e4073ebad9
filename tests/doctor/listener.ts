import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import type { DoctorOptions } from '../../js/doctor/options.js'
import { examine } from '../../js/doctor/report.js'
import { renderText } from '../../js/doctor/text.js'
import { ADA } from './api.js'

export async function listen(server: Server): Promise<string> {
  onTestFinished(() => {
    server.close()
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The report of doctor on this API. */
export async function diagnose(listener: RequestListener, options: Partial<DoctorOptions> = {}) {
  const url = await listen(createServer(listener))
  const report = await examine({ url, credentials: ADA, timeout: 5, grace: 0, ...options })
  const text = renderText(report, { width: 100, hasColours: false, stack: undefined, isVerbose: true })
  expect(text + JSON.stringify(report)).not.toContain(ADA.password)
  const errors = report.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id)
  const finding = (id: string) => report.findings.find((it) => it.id === id)
  return { report, text, errors, finding, evidence: (id: string) => finding(id)?.evidence }
}
