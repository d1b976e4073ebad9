import type { ToPage } from '../../js/protocol/messages.js'

type Shapes = {
  [Type in ToPage['type']]: Record<Exclude<keyof Extract<ToPage, { type: Type }>, 'type'>, string>
}

/** The fields of each message from a vault to a page. `TO_VAULT` has those of the other direction. */
export const TO_PAGE: Shapes = {
  welcome: { version: 'number', origins: 'string[]', instance: 'string' },
  refused: { error: 'object' },
  ping: { instance: 'string' },
  pong: { instance: 'string', unknown: 'number[]' },
  snapshot: { snapshot: 'object' },
  event: { event: 'object' },
  cookie: { name: 'string' },
  settled: { id: 'number', value: '' },
  failed: { id: 'number', error: 'object' },
  response: { id: 'number', head: 'object', body: '' },
  chunk: { id: 'number', bytes: 'object' },
  pull: { id: 'number', count: 'number' },
  end: { id: 'number', bytes: '' },
}
