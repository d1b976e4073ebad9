import { test } from './fixtures.js'
import { createLedger } from './ledger.js'
import { injectFaults, SECONDS, seed, soak, TABS, writesIn } from './soak.js'

test(`for ${SECONDS} s, ${TABS} tabs with faults, reloads, two users and sign-outs lose no session and get no data of the other user`, async ({
  api,
  context,
  network,
  site,
  where,
  browserName,
}) => {
  test.setTimeout((SECONDS + 240) * 1000)
  // A lost reply ends the session of an API without a grace period (SECURITY.md).
  api.configure({ accessTtl: 6, reuseGrace: 120 })
  const ledger = createLedger()
  injectFaults(network, ledger)
  await soak(context, {
    page: site.url,
    api: network.url,
    ledger,
    disturb: (page) => page.evaluate(() => new BroadcastChannel('kill').postMessage('')),
    calm: () => {
      network.rule = () => undefined
    },
  })
  console.log(`soak of ${browserName}, ${where}, ${TABS} tabs, seed ${seed}:`)
  ledger.check({ seconds: SECONDS, writes: writesIn(api), refused: api.journal.counts().refresh.refused })
})
