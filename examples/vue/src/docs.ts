/** The documentation. */
export const DOCS = import.meta.env.VITE_DOCS ?? 'https://github.com/tokencell/tokencell#readme'
