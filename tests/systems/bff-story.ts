import type { Page } from '@playwright/test'
import { ADA, at, enter, expect } from './fixtures.js'
import type { Host } from './host.js'

export { EVE, expectReason, ten } from './stories/story.js'

interface Facts {
  /** What the pages show of a user: the API of S1 sends no name, S3 has none. */
  shown(user: { email: string }): string
  /** The refresh in the access log, if the API has one. */
  refresh?: string
  /** A confirmed sign-out in the access log. */
  signOut: string
}

const email: Facts['shown'] = ({ email }) => email
const name: Facts['shown'] = ({ email }) =>
  email === ADA.email ? 'Ada' : email === 'bob@example.com' ? 'Bob' : (email.split('@')[0] ?? '')

/** The systems that work behind a BFF. */
export const facts = {
  s3: { shown: email, refresh: 'POST /api/auth/refresh', signOut: 'POST /api/auth/logout 200' },
  s1: { shown: email, signOut: 'DELETE /api/v1/logout 200' },
  's2-pair': { shown: name, refresh: 'POST /refresh', signOut: 'POST /logout 204' },
  s0: { shown: name, signOut: 'DELETE /users/sign_out 204' },
} satisfies Record<string, Facts>

export type Name = keyof typeof facts
export const names = Object.keys(facts) as Name[]
export const factsOf = (name: Name): Facts => facts[name]

/** Opens the pages and signs in. */
export async function signIn(page: Page, home: string, name: Name, user = ADA) {
  await page.goto(home)
  await enter(page, user)
  await expectUser(page, name, user)
}

/** The home page, with the user and the role. */
export async function expectUser(page: Page, name: Name, user = ADA, role = user === ADA ? 'admin' : 'user') {
  await expect(at(page, 'name')).toHaveText(facts[name].shown(user))
  await expect(at(page, 'role')).toHaveText(role)
}

/** The statuses of ten requests of the page at once. */
export async function askTen(page: Page): Promise<string> {
  await at(page, 'ask-ten').click()
  const answers = at(page, 'answers')
  // A session that ends takes the page with the answers away.
  await expect(answers.filter({ hasText: /\w/ }).or(at(page, 'reason'))).toBeVisible()
  return (await answers.isVisible()) ? answers.innerText() : 'no answers'
}

/** Repeats the requests of the page: for its first second, the server does not take a 401 for the end of the session. */
export const askUntil = (page: Page, check: () => Promise<void>) =>
  expect(async () => {
    if (await at(page, 'ask-ten').isVisible()) await askTen(page)
    await check()
  }).toPass({ intervals: [300] })

/** Waits until the token that the page knows has expired. */
export const untilExpired = (page: Page) =>
  page.waitForFunction(() => (globalThis.auth.snapshot.expiresAt ?? Number.POSITIVE_INFINITY) <= Date.now())

export const count = ({ log }: Host, start: string) => log.filter((line) => line.startsWith(start)).length
