/** An event of a stream, as a page gets it. */
export interface ServerEvent {
  /** The field `event`; `'message'` without one. */
  type: string
  data: string
  /** The last `id` that the server sent; empty if it has sent none. */
  lastEventId: string
}

export interface EventParserOptions {
  onEvent: (event: ServerEvent) => void
  /** The server wants clients to wait this long before they connect again. In milliseconds. */
  onRetry: (millis: number) => void
  /** The last id of an earlier connection. */
  lastEventId: string
}

/**
 * Parses an event stream as the HTML standard says. Chunks may end anywhere, also within a character.
 *
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventParser({ onEvent, onRetry, lastEventId }: EventParserOptions) {
  // Removes one byte order mark at the start, and replaces invalid bytes.
  const decoder = new TextDecoder()
  let [type, id] = ['', lastEventId]
  let data: string[] = []
  /** Parts of a line whose end has not arrived. */
  let parts: string[] = []
  let endedWithCr = false

  function dispatch() {
    lastEventId = id
    const event = { type: type || 'message', data: data.join('\n'), lastEventId }
    const hasData = data.length > 0
    type = ''
    data = []
    if (hasData) onEvent(event)
  }

  function field(name: string, value: string) {
    if (name === 'data') data.push(value)
    else if (name === 'event') type = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^[0-9]+$/.test(value)) onRetry(Number(value))
  }

  function line(text: string) {
    if (text === '') return dispatch()
    const colon = text.indexOf(':')
    // A line that begins with a colon is a comment.
    if (colon === 0) return
    if (colon < 0) return field(text, '')
    field(text.slice(0, colon), text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1))
  }

  return {
    /** The id to continue with after a loss: that of the last complete block. */
    get lastEventId() {
      return lastEventId
    },
    /** At the end of a stream nothing is to be done: an incomplete event is dropped. */
    push(chunk: Uint8Array) {
      const text = decoder.decode(chunk, { stream: true })
      if (text === '') return
      let from = endedWithCr && text[0] === '\n' ? 1 : 0
      endedWithCr = false
      const ends = /\r\n?|\n/g
      ends.lastIndex = from
      for (let end = ends.exec(text); end; end = ends.exec(text)) {
        parts.push(text.slice(from, end.index))
        const whole = parts.join('')
        parts = []
        from = ends.lastIndex
        line(whole)
      }
      if (from < text.length) parts.push(text.slice(from))
      endedWithCr = text.endsWith('\r')
    },
  }
}
