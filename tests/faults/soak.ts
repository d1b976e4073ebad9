import { type BrowserContext, expect, type Page } from '@playwright/test'
import { pick, type Random, randomFrom } from '../random.js'
import { networkFaults } from './faults.js'
import { ADA, BOB, signIn } from './fixtures.js'
import type { Ledger } from './ledger.js'
import type { FaultProxy } from './proxy.js'
import { call, isOfClosedPage, watchEnds } from './tab.js'

/** A short run is part of `npm test`. `TOKENCELL_SOAK=600` is the long one. */
export const SECONDS = Number(process.env.TOKENCELL_SOAK ?? 20)
export const TABS = SECONDS >= 60 ? 10 : 4
export const seed = Number(process.env.TOKENCELL_SEED ?? Math.floor(Math.random() * 1e9))
const random = randomFrom(seed)

/** Without the one that confirms a sign-out that the API has not received. */
const faults = networkFaults.filter(({ confirmsSignOut }) => !confirmsSignOut)

interface World {
  /** The URL of the page. */
  page: string
  /** The origin to which pages send their calls. */
  api: string
  ledger: Ledger
  /** Ends a worker or a server. Called now and then. */
  disturb(page: Page, random: Random): Promise<unknown>
  /** Ends the faults. */
  calm(): void
}

/** Uses several tabs at random until the time is over, then waits for every call, and for a session in every tab. */
export async function soak(context: BrowserContext, world: World) {
  const { ledger, disturb } = world
  await watchEnds(context, ledger)
  const tabs: Page[] = []
  for (let n = 0; n < TABS; n++) tabs.push(await openTab(context, world.page))
  const first = tabs[0] as Page
  await expect.poll(() => signIn(first, ADA).then(Boolean, () => false)).toBe(true)

  const calls: Promise<void>[] = []
  const end = Date.now() + SECONDS * 1000
  while (Date.now() < end) {
    const at = Math.floor(random() * TABS)
    const page = tabs[at] as Page
    const chance = random()
    const more = chance < 0.1 ? 5 : chance < 0.8 ? 1 : 0
    for (let n = 0; n < more; n++) calls.push(call(page, random() < 0.3 ? 'write' : 'read', world))
    if (chance > 0.98) tabs[at] = await reopen(page, world.page)
    else if (chance > 0.95) await inPage(page.reload())
    else if (chance > 0.91) calls.push(changeUser(page))
    else if (chance > 0.89) await offline(context)
    else if (chance > 0.888) calls.push(inPage(disturb(page, random)))
    await new Promise((resolve) => setTimeout(resolve, random() * 80))
  }
  world.calm()
  await Promise.all(calls)
  // In the end, the application works as before. A page notices within 15 s of its next call that its worker was killed.
  const last = tabs[0] as Page
  const recovery = { timeout: 60_000 }
  await expect.poll(() => signIn(last, ADA).then(Boolean, () => false), recovery).toBe(true)
  for (const page of tabs) await expect.poll(() => userOf(page, world), recovery).toBe(ADA.email)
}

/** The user of the next successful call of the page. */
function userOf(page: Page, { api }: World) {
  return page.evaluate(
    (url) =>
      auth.fetch(url).then(
        ({ ok }) => ok && auth.snapshot.user?.email,
        ({ code }) => code,
      ),
    `${api}/api/v1/me`,
  )
}

/** A fifth of the requests has a fault. */
export function injectFaults(network: FaultProxy, ledger: Ledger) {
  network.rule = (exchange) => {
    const isFaulty = exchange.method !== 'OPTIONS' && random() < 0.2
    return ledger.watch(exchange, isFaulty ? pick(random, faults).fault : undefined)
  }
}

async function openTab(context: BrowserContext, url: string) {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

async function reopen(page: Page, url: string) {
  await page.close()
  return openTab(page.context(), url)
}

/** Signs in as one of the users, sometimes after a sign-out. A fault may prevent either. */
function changeUser(page: Page) {
  const choice = [pick(random, [ADA, BOB]), random() < 0.4] as const
  return inPage(
    page.evaluate(async ([user, signsOut]) => {
      if (signsOut) await auth.signOut().catch(() => {})
      await auth.signIn(user).catch(() => {})
    }, choice),
  )
}

async function offline(context: BrowserContext) {
  await context.setOffline(true)
  await new Promise((resolve) => setTimeout(resolve, 500 * random()))
  await context.setOffline(false)
}

/** Waits for something in a page that may be closed meanwhile. */
async function inPage(work: Promise<unknown>) {
  await work.catch((error) => {
    if (!isOfClosedPage(error)) throw error
  })
}

/** How often the API has stored the note of each call. */
export function writesIn({
  accounts,
  notes,
}: {
  accounts: { list(): { id: string }[] }
  notes: { list(user: string): unknown[] }
}) {
  const writes = new Map<number, number>()
  for (const { id } of accounts.list())
    for (const { call } of notes.list(id) as { call?: number }[]) {
      // The notes that the API has at the start are of no call.
      if (call !== undefined) writes.set(call, (writes.get(call) ?? 0) + 1)
    }
  return writes
}
