import { parseArgs } from 'node:util'
import { type DoctorOptions, UsageError } from './options.js'
import { STACKS, type Stack } from './stack.js'

export const HELP = `Usage: tokencell doctor <url> [options]

Signs in to an API and checks from outside what browsers and tokencell need of it: cookies, CORS, tokens, rotation,
CSRF, sign-out. <url> is what the endpoints are below, such as https://api.example.com/api/v1

Account (a test account: sessions are opened and closed)
  TOKENCELL_DOCTOR_EMAIL, TOKENCELL_DOCTOR_PASSWORD   in the environment; asked for in a terminal when missing
  --email <text>, --password <text>   the same, visible in the list of processes
  --field <name>=<path>               where they go in the body. Devise: --field 'email=user[email]'
                                      --field 'password=user[password]'
  --form                              sign in with a form (application/x-www-form-urlencoded), as FastAPI wants it;
                                      without this, doctor tries one where JSON is refused
  --body <name>=<text>                what the body of the sign-in has besides: --body grant_type=password
  --anonymous                         do not sign in; look at what a stranger sees

Vault
  --vault <file>           an auth.vault.ts, or its options as JSON: everything below that it says. Without it,
                           doctor finds out about forms, schemes, headers and cookies by itself

API ("[METHOD] path": from the root with a slash in front, else below <url>; "none" where there is none)
  --origin <origin>        where the pages are; default: where the API is
  --sign-in <endpoint>     default "POST login"
  --refresh <endpoint>     default "POST refresh"
  --sign-out <endpoint>    default "DELETE logout"
  --me <endpoint>          anything that needs a token; default "GET me"
  --csrf <rule>            "Header: value" (default "X-Requested-With: tokencell"), "Header=cookie" or "none"
  --csrf-page <endpoint>   asked before a sign-in, for the CSRF token: "/sanctum/csrf-cookie" of Laravel
  --me-header <header>     "X-Tenant: 1": what --me wants besides, as your application gives it to auth.fetch; repeatable
  --guess                  look for endpoints under the names usual with Devise, Express, jwt_sessions, Knock …

How far to go
  --grace <seconds>        how long a spent refresh token may be taken (30); doctor waits for the end. 0: no wait
  --rate-limit             sign in wrongly up to 30 times; locks out this address for a while if all is well
  --timeout <seconds>      for each request (10)
  --insecure               take any certificate. Better: NODE_EXTRA_CA_CERTS=ca.pem
  --plain-http             sign in over http to another machine

Report
  --json                   for programs
  --stack <name>           whose mends to show: django, express, fastapi, flask, laravel or rails; default: what the API
                           seems to be made with, else express and rails
  --verbose                every check that is fine, too
  --fail-on <severity>     error (default), warning, advice or never

Exit code: 0 nothing at or above --fail-on, 1 something, 2 wrong usage, 3 the API cannot be reached.
No token, cookie value or password is ever printed.
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

/**
 * Parses the arguments after the name of the command. Returns `help` if help is requested.
 *
 * @throws UsageError
 */
export function readArguments(args: string[]): Arguments | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [command, url, ...more] = positionals
  if (command !== 'doctor')
    throw new UsageError(
      command ? `There is no command "${command}"; there is doctor` : 'A command is missing: doctor',
    )
  if (!url)
    throw new UsageError('The URL of the API is missing: tokencell doctor https://api.example.com/api/v1')
  if (more.length > 0) throw new UsageError(`One URL at a time: "${more[0]}" is one too many`)
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

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
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
      throw new UsageError(`There is no option ${option ?? 'like that'}`)
    throw new UsageError(
      option
        ? `${option} needs a value, or takes none: see --help`
        : 'The options cannot be read: see --help',
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
  throw new UsageError(`${option} must be seconds, ${least} to ${most}, not "${text}"`)
}

function readChoice<T extends string>(option: string, text: string | undefined, choices: readonly T[]) {
  const choice = choices.find((it) => it === text)
  if (text !== undefined && !choice)
    throw new UsageError(`${option} must be one of ${choices.join(', ')}, not "${text}"`)
  return choice
}
