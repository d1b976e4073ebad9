import { ownPath } from '../common/guard.js'
import { isOwnOrigin } from './csrf.js'
import { situationError } from './errors.js'
import type { Bff } from './options.js'

/** The field of a form that contains the page to open afterwards. */
const REDIRECT = 'redirect'

/** The fields of a submitted sign-in form. */
export interface SubmittedForm {
  /** The credentials as JSON. The endpoint gets them in its own encoding. */
  body: string
  contentType: 'application/json'
  /** The page to open after the sign-in, if the form has a field `redirect` with a path of the application. */
  redirect: string | null
}

/**
 * Reads the credentials from a form, for `signIn(body, contentType)`: in a server action, for example. `user[email]`
 * becomes `{ user: { email } }`, unless the endpoint takes forms, too.
 */
export function readForm(
  form: FormData | URLSearchParams,
  encoding: 'json' | 'form' = 'json',
): SubmittedForm {
  const credentials: Record<string, unknown> = Object.create(null)
  for (const [name, value] of form as Iterable<[string, unknown]>) {
    // Field names that begin with a dollar sign belong to server actions.
    if (name === REDIRECT || name.startsWith('$') || typeof value !== 'string') continue
    const [, outer, inner] = /^([^[\]]+)\[([^[\]]+)\]$/.exec(encoding === 'json' ? name : '') ?? []
    if (outer === undefined || inner === undefined) credentials[name] = value
    else credentials[outer] = Object.assign(Object.create(null), credentials[outer], { [inner]: value })
  }
  const to = ownPath(form.get(REDIRECT))
  return { body: JSON.stringify(credentials), contentType: 'application/json', redirect: to }
}

/** Redirects to a page after a form was submitted. Reloading that page does not submit the form again. */
export const seeOther = (path: string) => new Response(null, { status: 303, headers: { location: path } })

/**
 * Redirects to the page of the form, with these members in its query: the code of an error as `?error=`.
 *
 * @returns `undefined` if the browser does not send the address of that page
 */
export function backToForm(
  request: Request,
  members: Readonly<Record<string, string>>,
  bff: Bff,
): Response | undefined {
  const referer = request.headers.get('referer') ?? ''
  if (!URL.canParse(referer)) return undefined
  const page = new URL(referer)
  if (!isOwnOrigin(request, page.origin, bff)) return undefined
  for (const [name, value] of Object.entries(members)) page.searchParams.set(name, value)
  const path = ownPath(page.pathname + page.search)
  return path === null ? undefined : seeOther(path)
}

/** @throws AuthError `body-malformed` */
export async function formOf(body: ArrayBuffer, contentType: string): Promise<FormData> {
  const headers = { 'content-type': contentType }
  return new Response(body, { headers }).formData().catch((cause) => {
    throw situationError('body-malformed', 'form', { status: 400, cause })
  })
}
