import { createBffAuth } from 'tokencell/bff'

/** The session in a page. */
export const auth = createBffAuth()
