import type { Page } from '@playwright/test'

/** Writes down, from before the first script of the page on, all that goes over ports and to and from workers. */
export function tapWires(page: Page) {
  return page.addInitScript(tap)
}

/** What has gone over the wire since the page was loaded, one line for each message. */
export const onWire = (page: Page) => page.evaluate(() => wire)

/** Runs in the page. */
function tap() {
  window.wire = []
  window.ports = []
  const note = (way: string, data: unknown) => wire.push(`${way} ${textOf(data)}`)

  for (const { prototype } of [MessagePort, Worker]) {
    const { postMessage } = prototype
    prototype.postMessage = function (this: Worker, message: unknown, transfer: Transferable[] = []) {
      // Before it goes: what is transferred is gone afterwards.
      note('>', message)
      Reflect.apply(postMessage, this, [message, transfer])
    } as typeof postMessage
    const { addEventListener } = prototype
    prototype.addEventListener = function (this: Worker, type: string, ...rest: [never]) {
      if (type === 'message' && !ports.includes(this)) {
        ports.push(this)
        addEventListener.call(this, type, (event) => note('<', (event as MessageEvent).data))
      }
      addEventListener.call(this, type, ...rest)
    }
  }

  /** Every key and every text in it, bytes as Latin-1. */
  function textOf(value: unknown): string {
    if (typeof value !== 'object' || value === null) return String(value)
    if (value instanceof ArrayBuffer) return new TextDecoder('latin1').decode(value)
    if (ArrayBuffer.isView(value)) return new TextDecoder('latin1').decode(value)
    return Object.entries(value)
      .map(([key, part]) => `${key}: ${textOf(part)}`)
      .join('; ')
  }
}

declare global {
  var wire: string[]
  /** The ports and workers that somebody listens to, oldest first. */
  var ports: (MessagePort | Worker)[]
}
