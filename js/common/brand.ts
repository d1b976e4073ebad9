/**
 * These functions find out which kind of body a value is. They check its brand, as `fetch` does, so that they also accept
 * values of another realm, such as an iframe. `instanceof` accepts only values of this realm.
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

/** Whether `ask` returns without an error. A member of a prototype throws if it is used on a value of another kind. */
export function answers(ask: () => unknown): boolean {
  try {
    ask()
    return true
  } catch {
    return false
  }
}
