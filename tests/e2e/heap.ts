import type { Page } from '@playwright/test'

/** The heap of the page's dedicated worker after a garbage collection, in Chromium. */
export async function heapOfWorker(page: Page): Promise<string> {
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
