import type { RequestListener } from 'node:http'
import type { DoctorOptions } from '../../../js/doctor/options.js'
import type { Act } from '../../../js/doctor/trial/result.js'

/** An API of another project, and the expected report of doctor. */
export interface Foreign {
  listener: () => RequestListener
  options: Partial<DoctorOptions>
  /** Real errors of this API. A comment gives the reason for each. */
  flaws?: string[]
  /** The stack that the report detects. */
  stack?: string
  /** Lines of the suggestion. */
  suggests: string[]
  tried: Act[]
}

export const USER = { id: 7, email: 'ada@example.com', name: 'Ada' }
/** The cookies that Azure adds to every response. */
export const AZURE = [
  'ARRAffinity=4f2a9c;Path=/;HttpOnly;Domain=example.azurewebsites.net',
  'ARRAffinitySameSite=4f2a9c;Path=/;HttpOnly;SameSite=None;Secure',
]
