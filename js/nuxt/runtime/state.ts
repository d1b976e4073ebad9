/** The name under which a page gets the session from the server that renders it: the session when rendering began. */
export const RENDERED = 'tokencell'
/** The name for the session when rendering ended, if it has changed. */
export const LATER = 'tokencell:later'
