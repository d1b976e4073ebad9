import { CALL_MESSAGES } from '../common/call-errors.js'
import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'
import { EXCHANGE_MESSAGES } from '../common/exchange-errors.js'

export const SESSION_TOO_LARGE =
  'The tokens and the user do not fit into the session cookie. Set a `store`, which then holds the session. Or select less ' +
  'data with `fields.user`, put fewer claims into the tokens, or raise `cookie.limit` and the header buffers of every proxy ' +
  'in front of this server.'

/** Errors that only a server can detect. The messages are for developers: first the cause, then the fix. */
const MESSAGES = {
  ...CALL_MESSAGES,
  ...EXCHANGE_MESSAGES,
  'body-parsed':
    'Next has already parsed this body, but it must be passed on unchanged. Add ' +
    '`export const config = { api: { bodyParser: false } }` to the file of the handler.',
  'body-too-large': 'The request body is larger than `bodyLimit`. Send a smaller body, or raise `bodyLimit`.',
  'endpoint-outside-origins':
    'This URL is on another origin than `api`, and the token is sent to `api` only. Correct the URL or `api`.',
  'endpoint-of-session':
    'Pages must not request this endpoint of `signIn`, `refresh` or `exchanges`, because it responds with tokens. Call ' +
    '`signIn()` of the client instead; for an exchange, with `by`. The server refreshes by itself.',
  'csrf-refused':
    'The request comes from a page of another origin. Serve the page and these routes from the same origin.',
  'not-proxied': 'No rule of `proxy` allows this path with this method. Add a rule, or correct the request.',
  'redirect-not-listed':
    'The API redirects to another origin, or to a path that servers read in different ways, and the page does not get this ' +
    'redirect. Add that origin to `redirects`, or let the API redirect to a plain path.',
  'secret-weak':
    'The secret, which seals the session cookies, is not set, has fewer than 32 characters, or can be guessed, because it ' +
    'repeats itself or consists of words. Create one with `openssl rand -base64 32`.',
  'origin-insecure':
    'Plain http would send the token unencrypted. Use https. If the API is in a private network, set `allowInsecureHttp`.',
  'token-missing':
    'The response has no token, or an empty one, in the Authorization header or at `fields.accessToken`. Check `fields`.',
  'status-unknown':
    'The API responded with a status that HTTP does not define (RFC 9110 §15). Use a status from 100 to 599.',
  'session-too-large': SESSION_TOO_LARGE,
} as const satisfies Partial<Record<AuthErrorCode, string>>

/** Messages for situations in which the message of the code would name another cause or fix. By code and situation. */
export const SITUATIONS = {
  'body-malformed': {
    form: 'This form cannot be read. Send it as application/x-www-form-urlencoded or as multipart/form-data.',
    members:
      'The body of `POST /refresh` is not a JSON object. Call `refresh()` with an object, or without a body.',
  },
  'body-too-large': {
    credentials:
      'The credentials, or the members of a refresh, are larger than 64 KiB. Send less. `bodyLimit` does not change this limit.',
  },
  'csrf-refused': {
    destination:
      'This page loads a response of the API as a script, a style or a worker, which could run in the page. Read it with ' +
      '`auth.fetch`, or serve such files without `proxy`.',
    header:
      'The request has no X-Requested-With header. Send it with `auth.fetch`. Forms may sign in and sign out only, with POST.',
    host:
      'The origin of the page is not the host of this request. If a proxy in front of this server changes the host, let it ' +
      'send X-Forwarded-Host, or add the origin of the pages to `origins`.',
    plainHttp:
      'The page is opened over plain http, where browsers reject the `Secure` session cookie. Open it over https, or set ' +
      '`cookie: { secure: false }` in development.',
    unproven:
      'The request has neither Sec-Fetch-Site nor Origin, so nothing shows that a page of this origin has sent it. Send ' +
      'these headers, as browsers do.',
  },
  'endpoint-of-session': {
    otherToken:
      'The response of the API has a token, which pages must not get. If this endpoint begins a session, name it in ' +
      '`exchanges`, and call `signIn()` with `by`. If pages may have this token, write a rule without `*` for this path into ' +
      '`proxy`, before all other rules that match it.',
    ownToken:
      'The response of the API repeats a token of this session, which pages must not get. Let the API leave it out.',
  },
  'endpoint-outside-origins': {
    redirect: 'The API redirects this request to another origin. Add that origin to `redirects`.',
    redirectOfWrite:
      'The API redirects this request to another origin, which only GET and HEAD requests may follow. Correct the path, or ' +
      'let the API respond without a redirect.',
  },
  'not-proxied': {
    route:
      'The server has no such route below `basePath`. Call the client, or correct the path and the method.',
    unclear:
      'Servers read this path in different ways, because of a second encoding, a backslash, or an empty or dot segment. ' +
      'Correct it, or send such text in the query.',
  },
  'origin-malformed': {
    unset:
      'This option is not set. Set it, or the environment variable from which it comes, where this process runs: scheme, ' +
      'host and port, as in "https://api.example.com".',
  },
  'token-missing': {
    refreshToken: 'The refresh token in the response is empty. Check `fields` and the API.',
  },
  'status-unexpected': {
    signOut:
      'The `status` of the response neither confirms nor refuses the sign-out. Correct the path and the method of `signOut`.',
  },
} as const satisfies Partial<Record<AuthErrorCode, Readonly<Record<string, string>>>>

/** Creates an error with the message of its situation. */
export const situationError = <Code extends keyof typeof SITUATIONS>(
  code: Code,
  situation: keyof (typeof SITUATIONS)[Code] & string,
  detail?: AuthErrorDetail,
) => explain(code, (SITUATIONS[code] as Readonly<Record<string, string>>)[situation] as string, detail)

export type ServerErrorCode = keyof typeof MESSAGES

export const serverError = (code: ServerErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
