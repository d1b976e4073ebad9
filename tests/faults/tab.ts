import type { BrowserContext, Page } from '@playwright/test'
import type { Ledger, Seen } from './ledger.js'

/** Longer than any call may take: the limit of an exchange is 60 s, and a call may wait for two. In milliseconds. */
const BOUND = 150_000

let calls = 0

/** Tells the ledger of sessions that end, from the first script of the page on. */
export async function watchEnds(context: BrowserContext, ledger: Ledger) {
  await context.exposeFunction('tellEnd', (reason: string) => ledger.ended(reason))
  await context.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      auth.onEvent((event) => {
        if (event.type === 'ended')
          (window as never as { tellEnd(reason: string): void }).tellEnd(event.reason)
      })
    })
  })
}

/** Makes one call in a page, and enters its result into the ledger. Rejects if the call does not end. */
export async function call(page: Page, kind: Seen['kind'], { api, ledger }: { api: string; ledger: Ledger }) {
  const id = ++calls
  const work = page.evaluate(
    async ([api, kind, id, bound]) => {
      const shown = auth.snapshot.user?.email
      const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), bound))
      const init: RequestInit =
        kind === 'write'
          ? {
              method: 'POST',
              body: JSON.stringify({ call: id }),
              headers: { 'Content-Type': 'application/json' },
            }
          : {}
      const request = async () => {
        const response = await auth.fetch(
          `${api}/api/v1/${kind === 'write' ? 'notes' : 'me'}?call=${id}`,
          init,
        )
        const text = await response.text()
        const user: string | undefined =
          response.ok && text.startsWith('{') ? JSON.parse(text).user?.email : undefined
        return { shown, result: response.status, user }
      }
      return Promise.race([request(), late]).catch((error) => {
        if (error.message === 'late') throw error
        return { shown, result: String(error.code ?? error.name), user: undefined }
      })
    },
    [api, kind, id, BOUND] as const,
  )
  try {
    const { shown, result, user } = await work
    ledger.saw({ id, kind, shown, result, ...(user === undefined ? {} : { user }) })
  } catch (error) {
    if (!isOfClosedPage(error)) throw error
    ledger.wentWithPage()
  }
}

/** The page was closed, reloaded or left during the call. */
export const isOfClosedPage = (error: unknown) =>
  /closed|Execution context was destroyed|navigat|detached|DiscardedBrowsingContext|NS_BINDING|ERR_/.test(
    String(error),
  )
