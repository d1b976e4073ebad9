import type { Page } from '@playwright/test'

/** Records all messages over ports and to and from workers, starting before the first script of the page. */
export function tapWires(page: Page) {
  return page.addInitScript(tap)
}

/** The messages since the page was loaded, one line for each. */
export const onWire = (page: Page) => page.evaluate(() => wire)

/** Runs in the page. */
function tap() {
  window.wire = []
  window.ports = []
  const note = (way: string, data: unknown) => wire.push(`${way} ${textOf(data)}`)

  for (const { prototype } of [MessagePort, Worker]) {
    const { postMessage } = prototype
    prototype.postMessage = function (this: Worker, message: unknown, transfer: Transferable[] = []) {
      // Recorded before sending, because transferred buffers are empty afterwards.
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

  /** All keys and texts of a value, with bytes as Latin-1. */
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
  /** The ports and workers with a listener for messages, oldest first. */
  var ports: (MessagePort | Worker)[]
}
