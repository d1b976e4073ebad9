import { scanApp } from './app/scan.js'
import { renderApp } from './app/text.js'
import { type AppArguments, type Arguments, HELP, readArguments, SEVERITIES } from './arguments.js'
import { readCredentials, type Terminal } from './credentials.js'
import { plan, UsageError } from './options.js'
import { printable } from './printable.js'
import { Unreachable } from './probe/index.js'
import { examine, type Report } from './report.js'
import { renderText } from './text.js'
import type { Failure } from './transport.js'
import { readVaultFile } from './vault-file.js'

export const EXIT = { clean: 0, found: 1, usage: 2, unreachable: 3 } as const

/** Runs a command line, and returns its exit code. */
export async function run(args: string[], terminal: Terminal): Promise<number> {
  const { stdout, stderr } = terminal
  const isJson = args.includes('--json')
  try {
    const parsed = readArguments(args)
    if (parsed === 'help') {
      stdout.write(HELP)
      return EXIT.clean
    }
    if ('app' in parsed) return await runApp(parsed, terminal)
    // This comes before the prompt for a password.
    const vault = parsed.vaultFile === undefined ? undefined : await readVaultFile(parsed.vaultFile)
    plan({ ...parsed, vault })
    const credentials = parsed.anonymous ? undefined : await readCredentials(parsed, terminal)
    if (stderr.isTTY)
      stderr.write(
        `Sending requests; doctor needs up to ${parsed.grace} s more if the API accepts a spent refresh token …\r`,
      )
    const report = await examine({ ...parsed, vault, credentials })
    if (stderr.isTTY) stderr.write('\x1b[K')
    const exitCode = isAtOrAbove(report, parsed.failOn) ? EXIT.found : EXIT.clean
    stdout.write(
      isJson
        ? json({ ...report, exitCode })
        : renderText(report, { stack: parsed.stack, isVerbose: parsed.verbose, ...look(terminal) }),
    )
    return exitCode
  } catch (error) {
    const failure = explain(error)
    if (!failure) throw error
    if (isJson) stdout.write(json({ version: 1, error: failure.error, exitCode: failure.exitCode }))
    stderr.write(`${failure.error.message}\n`)
    if (failure.exitCode === EXIT.usage) stderr.write('Run npx tokencell --help for the options.\n')
    return failure.exitCode
  }
}

/** Reads the code of a folder. */
async function runApp({ app, json: isJson }: AppArguments, terminal: Terminal): Promise<number> {
  const report = await scanApp(app)
  const exitCode = report.findings.length > 0 ? EXIT.found : EXIT.clean
  terminal.stdout.write(isJson ? json({ ...report, exitCode }) : renderApp(report, look(terminal)))
  return exitCode
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`

function isAtOrAbove({ summary }: Report, failOn: Arguments['failOn']): boolean {
  if (failOn === 'never') return false
  return SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1).some((severity) => summary[severity] > 0)
}

function look({ stdout, env }: Terminal) {
  return {
    width: Math.min(Math.max(stdout.columns ?? 100, 60), 110),
    // https://no-color.org
    hasColours: Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb',
  }
}

const FAILURES: Record<Failure['kind'], string> = {
  dns: 'the host name is unknown. Check the URL',
  refused: 'the host refuses the connection. Is the API running, and is this the right port?',
  timeout: 'there was no response before the timeout. Is this the right host? Use --timeout to wait longer',
  reset: 'the connection was closed without a response. Does the API use https or http?',
  protocol: 'the response is not HTTP. Is this the right port?',
  tls: 'the certificate is not trusted, or the port does not use TLS. Use NODE_EXTRA_CA_CERTS=ca.pem to add a certificate authority, or --insecure to accept any certificate',
}

function explain(error: unknown) {
  if (error instanceof UsageError)
    return { error: { kind: 'usage', message: error.message }, exitCode: EXIT.usage }
  if (!(error instanceof Unreachable)) return undefined
  const { kind, code } = error.failure
  const message = `doctor cannot reach ${error.request}: ${FAILURES[kind]} (${printable(code)})`
  return { error: { kind, message }, exitCode: EXIT.unreachable }
}
