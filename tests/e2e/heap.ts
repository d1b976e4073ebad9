import type { Page } from '@playwright/test'

/** The heap of the page after a garbage collection, without those of its workers. Only Chromium gives it. */
export async function heapOfPage(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot')
  await session.detach()
  return chunks.join('')
}

/** The heap of the page's dedicated worker after a garbage collection. Only Chromium gives it. */
export async function heapOfWorker(page: Page): Promise<string> {
  // Playwright has no session of its own for workers, so the messages go through the session of the page.
  const session = await page.context().newCDPSession(page)
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId }) => resolve(sessionId))
  })
  const options = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false }
  await session.send('Target.setAutoAttach', options)
  const sessionId = await attached
  const chunks: string[] = []
  const done = new Promise<void>((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, method, params } = JSON.parse(message)
      if (method === 'HeapProfiler.addHeapSnapshotChunk') chunks.push(params.chunk)
      if (id === 2) resolve()
    })
  })
  for (const [index, method] of ['HeapProfiler.collectGarbage', 'HeapProfiler.takeHeapSnapshot'].entries()) {
    const message = JSON.stringify({ id: index + 1, method })
    await session.send('Target.sendMessageToTarget', { sessionId, message })
  }
  await done
  await session.detach()
  return chunks.join('')
}
