import type { RequestListener } from 'node:http'
import type { DoctorOptions } from '../../../js/doctor/options.js'
import type { Act } from '../../../js/doctor/trial/result.js'

/** An API that somebody else has made, and what doctor has to say of it. */
export interface Foreign {
  listener: () => RequestListener
  options: Partial<DoctorOptions>
  /** Errors that are some, each with the reason beside it. */
  flaws?: string[]
  /** What the report takes it for. */
  stack?: string
  /** Lines of the suggestion. */
  suggests: string[]
  tried: Act[]
}

export const USER = { id: 7, email: 'ada@example.com', name: 'Ada' }
/** What Azure puts on every answer. */
export const AZURE = [
  'ARRAffinity=4f2a9c;Path=/;HttpOnly;Domain=example.azurewebsites.net',
  'ARRAffinitySameSite=4f2a9c;Path=/;HttpOnly;SameSite=None;Secure',
]
