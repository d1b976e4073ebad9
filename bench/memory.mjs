import { inTurns, measured, median, openPage } from './browser.mjs'

const ROUNDS = 3
/** The tabs of one session. */
const TABS = 4

/** The size of objects, buffers and WebAssembly of one realm after a garbage collection, in bytes. */
async function sizeOf(send) {
  await send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize = 0 } = await send('Runtime.getHeapUsage')
  return usedSize + backingStorageSize
}

/** Sends commands to a target through the session that has attached it. Playwright has no sessions for workers. */
function through(devtools, sessionId) {
  let last = 0
  return (method) =>
    new Promise((resolve) => {
      const id = ++last
      const onMessage = (event) => {
        const message = JSON.parse(event.message)
        if (event.sessionId !== sessionId || message.id !== id) return
        devtools.off('Target.receivedMessageFromTarget', onMessage)
        resolve(message.result)
      }
      devtools.on('Target.receivedMessageFromTarget', onMessage)
      const message = JSON.stringify({ id, method })
      devtools.send('Target.sendMessageToTarget', { sessionId, message })
    })
}

/** The size of the dedicated workers of a page. */
async function sizeOfWorkers(page, devtools) {
  const attached = []
  devtools.on('Target.attachedToTarget', ({ sessionId }) => attached.push(sessionId))
  await devtools.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  })
  if (attached.length < page.workers().length) throw new Error('a worker was not found')
  return sum(attached.map((sessionId) => sizeOf(through(devtools, sessionId))))
}

/** The size of the shared workers of a profile. */
async function sizeOfSharedWorkers(context, browserContextId) {
  const devtools = await context.browser().newBrowserCDPSession()
  const { targetInfos } = await devtools.send('Target.getTargets')
  const own = targetInfos.filter(
    (each) => each.type === 'shared_worker' && each.browserContextId === browserContextId,
  )
  const size = await sum(
    own.map(async ({ targetId }) => {
      const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: false })
      return sizeOf(through(devtools, sessionId))
    }),
  )
  await devtools.detach()
  return size
}

const sum = async (sizes) => (await Promise.all(sizes)).reduce((total, size) => total + size, 0)

/** The size of the threads of these pages, and of their workers. */
async function measure(context, pages) {
  let [inPages, inWorkers, profile] = [0, 0, undefined]
  for (const page of pages) {
    const devtools = await context.newCDPSession(page)
    profile ??= (await devtools.send('Target.getTargetInfo')).targetInfo.browserContextId
    inPages += await sizeOf((method) => devtools.send(method))
    inWorkers += await sizeOfWorkers(page, devtools)
    await devtools.detach()
  }
  return { inPages, inWorkers: inWorkers + (await sizeOfSharedWorkers(context, profile)) }
}

/** The memory that a page without any client needs. */
async function emptyPage(browser) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${browser.url}/empty.html`)
  // Playwright adds its own scripts at the first call, in the measured pages as well.
  await page.waitForFunction('true')
  const { inPages } = await measure(context, [page])
  await context.close()
  return inPages
}

/**
 * The memory of a client after sign-in and one request: `tab` is what it adds to the thread of one page, and `workers` what
 * all workers of a session with four tabs need. In KB.
 */
export async function measureMemory(browser) {
  const seen = {}
  const empty = median([await emptyPage(browser), await emptyPage(browser), await emptyPage(browser)])
  await inTurns(measured, ROUNDS, async ([name, path]) => {
    const context = await browser.newContext()
    const pages = []
    while (pages.length < TABS) {
      const page = await openPage(context, browser.url + path)
      if (pages.length === 0) await page.evaluate('client.signIn()')
      await page.evaluate(`client.get('/data?n=16')`)
      pages.push(page)
    }
    const { inPages, inWorkers } = await measure(context, pages)
    seen[name] ??= { tab: [], workers: [] }
    seen[name].tab.push(inPages / TABS - empty)
    seen[name].workers.push(inWorkers)
    await context.close()
  })
  const kilobytes = (sizes) => Math.round(median(sizes) / 1024)
  return Object.fromEntries(
    Object.entries(seen).map(([name, { tab, workers }]) => [
      name,
      { tab: kilobytes(tab), workers: kilobytes(workers) },
    ]),
  )
}
