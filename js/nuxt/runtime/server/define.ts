import type { BffFileOptions } from '../../options.js'

/**
 * For `server/tokencell.ts`: the options that nuxt.config cannot hold, because it is data that is read at build time. A
 * function is called at the first request, when every host provides its environment variables.
 */
export const defineBffOptions = (options: BffFileOptions | (() => BffFileOptions)) => options
