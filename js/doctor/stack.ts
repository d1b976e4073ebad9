import type { RawAnswer } from './transport.js'

/** The frameworks for which there are fixes. */
export const STACKS = ['django', 'express', 'fastapi', 'flask', 'laravel', 'rails'] as const

export type Stack = (typeof STACKS)[number]

/** The signs of a framework: a header, the name of a cookie, or the wording of a refusal. The most reliable comes first. */
const SIGNS: [Stack, (answer: Signs) => boolean][] = [
  ['rails', ({ header }) => header('x-runtime') !== undefined],
  ['express', ({ header }) => /express/i.test(header('x-powered-by') ?? '')],
  [
    'laravel',
    ({ cookies, body }) =>
      /^laravel_session$/m.test(cookies) || /^\{"message":"Unauthenticated\."/.test(body),
  ],
  ['flask', ({ header }) => /werkzeug/i.test(header('server') ?? '')],
  ['flask', ({ body }) => /^\{\s*"msg":\s*"(Missing |Not enough segments|Token has |Bad )/.test(body)],
  [
    'django',
    ({ header, cookies }) => /wsgiserver/i.test(header('server') ?? '') || /^csrftoken$/m.test(cookies),
  ],
  [
    'django',
    ({ body }) =>
      /"detail":\s*"(Authentication credentials were not provided|Given token not valid|No active account)|"non_field_errors"/.test(
        body,
      ),
  ],
  // Django REST framework names `Accept` in `Vary`, because its responses depend on the requested format.
  ['django', ({ header, body }) => /\baccept\b/i.test(header('vary') ?? '') && /^\{"detail":/.test(body)],
  ['fastapi', ({ header }) => /uvicorn|hypercorn/i.test(header('server') ?? '')],
  [
    'fastapi',
    ({ body }) => /"detail":\s*(\[\{.*"loc":|"(Not authenticated|LOGIN_BAD_CREDENTIALS)")/s.test(body),
  ],
]

interface Signs {
  header(name: string): string | undefined
  /** The names, one on each line. */
  cookies: string
  body: string
}

export function stackOf({ headers, body }: RawAnswer): Stack | undefined {
  const signs: Signs = {
    header: (name) => headers.find(([it]) => it === name)?.[1],
    cookies: headers
      .filter(([name]) => name === 'set-cookie')
      .map(([, value]) => value.split('=')[0])
      .join('\n'),
    // Only the beginning of a long body is searched.
    body: body.slice(0, 2000),
  }
  return SIGNS.find(([, isThere]) => isThere(signs))?.[0]
}
