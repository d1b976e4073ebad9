import type { BrowserContext, Page } from '@playwright/test'
import { pick, randomFrom } from '../random.js'
import { networkFaults } from './faults.js'
import { ADA, BOB, expect, signIn, test } from './fixtures.js'
import { createLedger, type Ledger } from './ledger.js'
import type { FaultProxy } from './proxy.js'
import { call, isOfClosedPage, watchEnds } from './tab.js'

const SECONDS = Number(process.env.TOKENCELL_SOAK ?? 20)
const TABS = SECONDS >= 60 ? 10 : 4
const seed = Number(process.env.TOKENCELL_SEED ?? Math.floor(Math.random() * 1e9))
const random = randomFrom(seed)

/** Without the one that confirms a sign-out that the API has not received. */
const faults = networkFaults.filter(({ confirmsSignOut }) => !confirmsSignOut)

test(`for ${SECONDS} s, ${TABS} tabs with faults, reloads, two users and sign-outs lose no session and get no data of the other user`, async ({
  api,
  context,
  network,
  site,
  where,
  browserName,
}) => {
  test.setTimeout((SECONDS + 240) * 1000)
  // When a dedicated worker or its page ends, Chromium cancels its requests: a rotated cookie may be lost (SECURITY.md).
  api.configure({ accessTtl: 6, reuseGrace: 120 })
  const ledger = createLedger()
  await watchEnds(context, ledger)
  const tabs = await Promise.all(Array.from({ length: TABS }, () => openTab(context, site.url)))
  await signIn(tabs[0] as Page, ADA)
  injectFaults(network, ledger)

  const calls: Promise<void>[] = []
  const end = Date.now() + SECONDS * 1000
  while (Date.now() < end) {
    const at = Math.floor(random() * TABS)
    const page = tabs[at] as Page
    const chance = random()
    const more = chance < 0.8 ? (chance < 0.1 ? 5 : 1) : 0
    for (let n = 0; n < more; n++)
      calls.push(call(page, random() < 0.3 ? 'write' : 'read', { api: network.url, ledger }))
    if (chance > 0.98) tabs[at] = await reopen(page, site.url)
    else if (chance > 0.93) await inPage(page.reload())
    else if (chance > 0.89) calls.push(changeUser(page))
    else if (chance > 0.87) await inPage(offline(context))
    else if (chance > 0.86) await inPage(page.evaluate(() => new BroadcastChannel('kill').postMessage('')))
    await new Promise((resolve) => setTimeout(resolve, random() * 80))
  }
  network.rule = () => undefined
  await Promise.all(calls)
  console.log(`soak of ${browserName}, ${where}, ${TABS} tabs, seed ${seed}:`)
  ledger.check({ seconds: SECONDS, writes: writesIn(api), refused: api.journal.counts().refresh.refused })
  // The last state is that of a working application.
  await signIn(tabs[0] as Page, ADA)
  for (const page of tabs)
    await expect.poll(() => page.evaluate(() => auth.snapshot.user?.email)).toBe(ADA.email)
})

async function openTab(context: BrowserContext, url: string) {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

async function reopen(page: Page, url: string) {
  const context = page.context()
  await page.close()
  return openTab(context, url)
}

/** Signs in as one of the users, or signs out first. A fault may prevent either. */
const changeUser = (page: Page) => {
  const user = pick(random, [ADA, BOB])
  const signsOut = random() < 0.4
  return inPage(
    page.evaluate(
      async ([user, signsOut]) => {
        if (signsOut) await auth.signOut().catch(() => {})
        await auth.signIn(user).catch(() => {})
      },
      [user, signsOut] as const,
    ),
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

/** A fifth of the requests has a fault. */
function injectFaults(network: FaultProxy, ledger: Ledger) {
  network.rule = (exchange) => {
    const isFaulty = exchange.method !== 'OPTIONS' && random() < 0.2
    return ledger.watch(exchange, isFaulty ? pick(random, faults).fault : undefined)
  }
}

/** How often the API has stored the note of each call. */
function writesIn({
  accounts,
  notes,
}: {
  accounts: { list(): { id: string }[] }
  notes: { list(user: string): unknown[] }
}) {
  const writes = new Map<number, number>()
  for (const { id } of accounts.list())
    for (const { call } of notes.list(id) as { call: number }[]) writes.set(call, (writes.get(call) ?? 0) + 1)
  return writes
}
