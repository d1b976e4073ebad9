import { startRedis } from '../servers.js'
import { test } from './fixtures.js'
import { startInstances } from './instances.js'
import { createLedger } from './ledger.js'
import { createProxy, openProxy } from './proxy.js'
import { injectFaults, SECONDS, seed, soak, TABS, writesIn } from './soak.js'

/** The client requests the session when something needs it. An application listens to it from the start. */
const PAGE = `
  import { createBffAuth } from '/pkg/bff/client.js'
  window.auth = createBffAuth()
  auth.subscribe(() => {})`

test(`for ${SECONDS} s, ${TABS} tabs of a server with two instances and Redis, one of them killed at random, lose no session and get no data of the other user`, async ({
  api,
  context,
  site,
}, testInfo) => {
  test.setTimeout((SECONDS + 240) * 1000)
  api.configure({ accessTtl: 6, reuseGrace: 120 })
  const ledger = createLedger()
  const redis = await startRedis()
  const toApi = await openProxy(() => [api.url])
  const file = testInfo.outputPath('instance.mjs')
  const instances = await startInstances({ api: toApi.url, redis: `redis://127.0.0.1:${redis.port}`, file })
  let turn = 0
  const toServer = createProxy(() => (turn++ % 2 ? instances.urls : instances.urls.toReversed()))
  site.mount = toServer.listener
  // As in the proxy: Chromium sends no request again on a new connection.
  site.headers = { connection: 'close' }
  site.overrides.set('/page.js', (response) =>
    response.setHeader('content-type', 'text/javascript').end(PAGE),
  )

  // Faults on both ways. Refreshes are requests of the server to the API.
  injectFaults(toApi, ledger)
  toServer.rule = () => undefined
  await soak(context, {
    page: site.url,
    api: site.url,
    ledger,
    disturb: (_, random) => instances.killOne(random),
    calm: () => {
      toApi.rule = () => undefined
    },
  })
  console.log(`soak of a server with two instances, ${TABS} tabs, seed ${seed}:`)
  ledger.check({ seconds: SECONDS, writes: writesIn(api), refused: api.journal.counts().refresh.refused })
  await instances.end()
  await toApi.close()
  await redis.end()
})
