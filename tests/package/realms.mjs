const LIST = `performance.getEntriesByType('resource').map(({ name }) => name)`

/**
 * The page and its workers, each with the URLs that it has fetched, and with its errors if the page does not report them:
 * `[{ kind, urls, errors }]`. `kind` is `page`, `worker` or `shared`.
 */
export async function realms(page) {
  const found = [{ kind: 'page', urls: await page.evaluate(LIST), errors: [] }]
  for (const worker of page.workers())
    found.push({ kind: 'worker', urls: await worker.evaluate(LIST), errors: [] })
  return [...found, ...(await sharedWorkers(page))]
}

/** Finds the shared workers by CDP, because Playwright has no API for them. */
async function sharedWorkers(page) {
  const own = await page.context().newCDPSession(page)
  const { targetInfo } = await own.send('Target.getTargetInfo')
  const devtools = await page.context().browser().newBrowserCDPSession()
  const { targetInfos } = await devtools.send('Target.getTargets')
  const targets = targetInfos.filter(
    ({ type, browserContextId }) =>
      type === 'shared_worker' && browserContextId === targetInfo.browserContextId,
  )
  const found = []
  for (const { targetId } of targets) found.push(await inspect(devtools, targetId))
  await Promise.all([own.detach(), devtools.detach()])
  return found
}

async function inspect(devtools, targetId) {
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: false })
  const errors = []
  const answers = new Map()
  const listener = (event) => {
    if (event.sessionId !== sessionId) return
    const message = JSON.parse(event.message)
    if (message.id) answers.get(message.id)?.(message.result)
    else errors.push(...errorsIn(message))
  }
  devtools.on('Target.receivedMessageFromTarget', listener)
  const send = (method, params = {}) => {
    const id = answers.size + 1
    const answer = new Promise((resolve) => answers.set(id, resolve))
    const message = JSON.stringify({ id, method, params })
    return devtools.send('Target.sendMessageToTarget', { sessionId, message }).then(() => answer)
  }
  // Both domains first send the earlier events again.
  await send('Runtime.enable')
  await send('Log.enable')
  const { result } = await send('Runtime.evaluate', { expression: LIST, returnByValue: true })
  devtools.off('Target.receivedMessageFromTarget', listener)
  return { kind: 'shared', urls: result.value, errors }
}

function errorsIn({ method, params }) {
  if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
    return [params.args.map(({ value, description }) => value ?? description).join(' ')]
  if (method === 'Runtime.exceptionThrown')
    return [params.exceptionDetails.exception?.description ?? 'thrown']
  if (method === 'Log.entryAdded' && params.entry.level === 'error')
    return [`${params.entry.text} ${params.entry.url ?? ''}`]
  return []
}
