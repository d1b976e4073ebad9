/** Under which names a page gets the session from the server that renders it: as it was when it began… */
export const RENDERED = 'tokencell'
/** …and, if it has changed meanwhile, as it is now. */
export const LATER = 'tokencell:later'
