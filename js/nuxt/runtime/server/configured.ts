import { type BffOptions, type BffServer, createBff } from '../../../server/index.js'
import type { BffFileOptions, BffModeOptions } from '../../options.js'

type Configured = Omit<BffModeOptions, 'mode' | 'storage'> & Pick<BffFileOptions, 'store' | 'waitUntil'>

/**
 * Creates the server from nuxt.config and `server/tokencell.ts`. The latter takes precedence. Errors in them are written
 * to the console once, because frameworks show visitors an error page and do not log the reason.
 *
 * @throws AuthError that names the option
 */
export function createConfiguredBff(
  configured: Configured,
  file: BffFileOptions | (() => BffFileOptions),
): BffServer {
  try {
    const own = typeof file === 'function' ? file() : file
    return createBff({ ...configured, ...own } as BffOptions)
  } catch (error) {
    report(error)
    throw error
  }
}

const reported = new Set<string>()

function report(error: unknown) {
  const text = String((error as Error | null)?.message)
  if (reported.has(text)) return
  reported.add(text)
  const mend =
    'secret' === (error as { option?: unknown }).option
      ? ' Set NUXT_TOKENCELL_SECRET in the environment of the server.'
      : ''
  console.error(`[tokencell] ${text}${mend}`)
}
