import { createBffAuth } from 'tokencell/bff'

/** The session, as a page has it. */
export const auth = createBffAuth()
