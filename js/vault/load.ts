import { platformFetch } from '../common/platform-fetch.js'
import { policyError } from '../common/policy-error.js'
import init, { Core } from '../wasm/core.js'
import { startError } from './errors.js'
import { directiveAgainst } from './policy.js'

type Unpack = () => Promise<ArrayBuffer>

let loading: Promise<typeof Core> | undefined
let spare: Unpack | undefined

/** Sets the function that supplies the core if its file cannot be loaded. */
export function setWasmFallback(unpack: Unpack) {
  spare = unpack
}

/**
 * Loads the core. It is instantiated once.
 *
 * @throws AuthError `vault-failed` if no copy of it can be loaded; `policy-refused` if a policy forbids WebAssembly
 */
export function loadCore(): Promise<typeof Core> {
  loading ??= instantiate()
  return loading
}

async function instantiate() {
  try {
    const url = new URL('../wasm/core_bg.wasm', import.meta.url)
    const bytes = (await download(url)) ?? (await spare?.())
    if (!bytes) throw new TypeError(`No WebAssembly found at ${url}`)
    await init(bytes)
    return Core
  } catch (cause) {
    loading = undefined
    const directive = await directiveAgainst('wasm-eval')
    if (directive) throw policyError({ directive: `${directive} 'wasm-unsafe-eval'`, cause })
    throw startError(cause)
  }
}

/** How long the download of the file may take. After that time the start fails with an error. In milliseconds. */
const DOWNLOAD_TIMEOUT = 25_000

/**
 * Downloads the file. Returns `undefined` if it is not WebAssembly: development servers and single-page hosts answer
 * requests for missing files with their index page.
 */
async function download(url: URL): Promise<ArrayBuffer | undefined> {
  try {
    const response = await platformFetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT) })
    const bytes = await response.arrayBuffer()
    const isWasm = bytes.byteLength > 4 && new DataView(bytes).getUint32(0) === 0x0061736d
    return isWasm ? bytes : undefined
  } catch {
    return undefined
  }
}
