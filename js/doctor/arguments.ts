import { parseArgs } from 'node:util'
import { type DoctorOptions, UsageError } from './options.js'
import { STACKS, type Stack } from './stack.js'

export const HELP = `Usage: tokencell doctor <url> [options]
       tokencell doctor --app <folder> [--json]

Signs in to an API and checks from outside whether it does what browsers and tokencell need: cookies, CORS, tokens,
rotation, CSRF, sign-out. Endpoints are relative to <url>, for example https://api.example.com/api/v1

Account (use a test account: doctor opens and closes sessions)
  TOKENCELL_DOCTOR_EMAIL, TOKENCELL_DOCTOR_PASSWORD   environment variables; a terminal prompts for missing ones
  --email <text>, --password <text>   the same, but visible in the list of processes
  --field <name>=<path>               the places in the body. Devise: --field 'email=user[email]'
                                      --field 'password=user[password]'
  --form                              sign in with a form (application/x-www-form-urlencoded), as FastAPI requires;
                                      without this option, doctor tries a form if the API refuses JSON
  --body <name>=<text>                an additional member of the sign-in body: --body grant_type=password
  --anonymous                         do not sign in; check only requests without an account

Vault
  --vault <file>           an auth.vault.ts, or its options as JSON; they replace the defaults below. Without a
                           file, doctor detects forms, schemes, headers and cookies

API (an endpoint is "[METHOD] path": relative to the root if it begins with a slash, otherwise relative to <url>;
"none" if the API has no such endpoint)
  --origin <origin>        the origin of the pages; default: the origin of the API
  --sign-in <endpoint>     default "POST login"
  --refresh <endpoint>     default "POST refresh"
  --sign-out <endpoint>    default "DELETE logout"
  --me <endpoint>          any endpoint that requires a token; default "GET me"
  --csrf <rule>            "Header: value" (default "X-Requested-With: tokencell"), "Header=cookie" or "none"
  --csrf-page <endpoint>   requested before a sign-in to get the CSRF token: a JSON endpoint, a page with a <meta> element, or
                           a GET that sets a readable cookie. Without this option, doctor tries usual places
  --me-header <header>     an additional header that --me requires and your application passes to auth.fetch, such as
                           "X-Tenant: 1"; repeatable
  --guess                  look for endpoints under the usual names of Devise, Express, jwt_sessions, Knock …

Extent
  --grace <seconds>        how long the API may accept a spent refresh token (30); doctor waits until then. 0: no wait
  --rate-limit             make up to 30 failed sign-ins; a correct API then refuses this address for a while
  --timeout <seconds>      the timeout of each request (10)
  --insecure               accept any certificate. Safer: NODE_EXTRA_CA_CERTS=ca.pem
  --plain-http             sign in over http to another machine

Code (reads files only; runs nothing and sends nothing)
  --app <folder>           list what tokencell replaces in the code of an application, each with its line: tokens in web
                           storage, cookies, stores and headers, interceptors, packages for signing in, and session cookies
                           of a server without HttpOnly, Secure or SameSite. Without <url>; only --json can be added

Report
  --json                   print the report as JSON
  --stack <name>           show the fixes for django, express, fastapi, flask, laravel or rails; default: the framework
                           that doctor detects, otherwise express and rails
  --verbose                also list every check without a finding
  --fail-on <severity>     error (default), warning, advice or never

Exit code: 0 no finding at or above --fail-on, 1 at least one, 2 wrong usage, 3 doctor cannot reach the API.
With --app: 0 nothing found, 1 something found, also in tests, 2 wrong usage.
doctor never prints a token, a cookie value or a password.
`

export const SEVERITIES = ['error', 'warning', 'advice'] as const

export interface Arguments extends DoctorOptions {
  vaultFile: string | undefined
  email: string | undefined
  password: string | undefined
  anonymous: boolean
  json: boolean
  verbose: boolean
  stack: Stack | undefined
  failOn: (typeof SEVERITIES)[number] | 'never'
}

/** The arguments of `--app`. */
export interface AppArguments {
  app: string
  json: boolean
}

/**
 * Parses the arguments after the name of the command. Returns `help` if help is requested.
 *
 * @throws UsageError
 */
export function readArguments(args: string[]): Arguments | AppArguments | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [command, url, ...more] = positionals
  if (command !== 'doctor')
    throw new UsageError(
      command
        ? `There is no command "${command}"; the only command is doctor`
        : 'A command is missing: use doctor',
    )
  if (values.app !== undefined) return readAppArguments({ ...values, app: values.app }, url)
  if (!url)
    throw new UsageError('The URL of the API is missing: tokencell doctor https://api.example.com/api/v1')
  if (more.length > 0) throw new UsageError(`doctor accepts one URL: remove "${more[0]}"`)
  const { email, password, anonymous = false, json = false, verbose = false } = values
  return {
    url,
    vaultFile: values.vault,
    origin: values.origin,
    signIn: values['sign-in'],
    refresh: values.refresh,
    signOut: values['sign-out'],
    me: values.me,
    csrf: values.csrf,
    csrfPage: values['csrf-page'],
    meHeaders: Object.fromEntries((values['me-header'] ?? []).map(readHeader)),
    fields: Object.fromEntries((values.field ?? []).map(readField)),
    form: values.form ?? false,
    members: Object.fromEntries((values.body ?? []).map(readMember)),
    grace: readSeconds('--grace', values.grace, 30, 0, 600),
    timeout: readSeconds('--timeout', values.timeout, 10, 0.1, 600),
    rateLimit: values['rate-limit'] ?? false,
    guess: values.guess ?? false,
    insecure: values.insecure ?? false,
    allowInsecureHttp: values['plain-http'] ?? false,
    email,
    password,
    anonymous,
    json,
    verbose,
    stack: readChoice('--stack', values.stack, STACKS),
    failOn: readChoice('--fail-on', values['fail-on'], [...SEVERITIES, 'never']) ?? 'error',
  }
}

function readAppArguments({ app, json = false, ...others }: { app: string; json?: boolean }, url?: string) {
  if (!app) throw new UsageError('--app needs a folder: tokencell doctor --app .')
  if (url) throw new UsageError('--app reads files and sends no request: remove the URL')
  const [other] = Object.keys(others)
  if (other) throw new UsageError(`--${other} has no meaning with --app: remove it`)
  return { app, json }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
    app: text,
    email: text,
    password: text,
    field: { type: 'string', multiple: true },
    form: flag,
    body: { type: 'string', multiple: true },
    anonymous: flag,
    vault: text,
    origin: text,
    'sign-in': text,
    refresh: text,
    'sign-out': text,
    me: text,
    csrf: text,
    'csrf-page': text,
    'me-header': { type: 'string', multiple: true },
    guess: flag,
    grace: text,
    'rate-limit': flag,
    timeout: text,
    insecure: flag,
    'plain-http': flag,
    json: flag,
    stack: text,
    verbose: flag,
    'fail-on': text,
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    // For some mistakes, Node's own message quotes the value, which may be a password.
    const { code, message } = error as { code?: string; message: string }
    const [, option] = /'(?:-\w, )?(-[\w-]*)/.exec(message) ?? []
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError(option ? `There is no option ${option}` : 'There is no such option')
    throw new UsageError(
      option
        ? `${option} needs a value, or does not accept one: see --help`
        : 'doctor cannot read the options: see --help',
    )
  }
}

function readField(text: string): [string, string] {
  const [, name = '', path = ''] = /^(email|password)=(\w+(?:\[\w+\]|\.\w+)*)$/.exec(text) ?? []
  if (!path)
    throw new UsageError(`--field must be like "email=user[email]" or "password=pass", not "${text}"`)
  return [name, path]
}

function readMember(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`--body must be like "grant_type=password", not "${text}"`)
  return [name, value]
}

function readHeader(text: string): [string, string] {
  const [, name, value] = /^([\w-]+)\s*:\s*([\x20-\x7e]+)$/.exec(text.trim()) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`--me-header must be like "X-Tenant: 1", not "${text}"`)
  return [name, value]
}

function readSeconds(option: string, text: string | undefined, initial: number, least: number, most: number) {
  if (text === undefined) return initial
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new UsageError(`${option} must be a number of seconds from ${least} to ${most}, not "${text}"`)
}

function readChoice<T extends string>(option: string, text: string | undefined, choices: readonly T[]) {
  const choice = choices.find((it) => it === text)
  if (text !== undefined && !choice)
    throw new UsageError(`${option} must be one of ${choices.join(', ')}, not "${text}"`)
  return choice
}
