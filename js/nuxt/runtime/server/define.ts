import type { BffFileOptions } from '../../options.js'

/**
 * For `server/tokencell.ts`: the options that nuxt.config cannot take, because it is data that is read at build time. A function
 * is called with the first request, when the variables of every host are there.
 */
export const defineBffOptions = (options: BffFileOptions | (() => BffFileOptions)) => options
