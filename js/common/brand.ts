/**
 * Which kind of body a value is, found out as `fetch` does it: by its brand, so that values of another realm, such as an
 * iframe, count as well. `instanceof` accepts only values of this realm.
 */
export const isForm = (value: unknown): value is FormData =>
  answers(() => FormData.prototype.has.call(value, ''))

export const isParams = (value: unknown): value is URLSearchParams =>
  answers(() => URLSearchParams.prototype.has.call(value, ''))

export const isBlob = (value: unknown): value is Blob =>
  answers(() => Reflect.get(Blob.prototype, 'size', value))

export const isBuffer = (value: unknown): value is ArrayBuffer =>
  answers(() => Reflect.get(ArrayBuffer.prototype, 'byteLength', value))

export const isStream = (value: unknown): value is ReadableStream =>
  answers(() => Reflect.get(ReadableStream.prototype, 'locked', value))

/** Whether this does not throw, as a member of a prototype does when it is asked of anything else. */
export function answers(ask: () => unknown): boolean {
  try {
    ask()
    return true
  } catch {
    return false
  }
}
