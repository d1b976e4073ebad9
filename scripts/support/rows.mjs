// The rows of the table "Browsers" in the README: what an application loads, and what else that needs.

/** Files of the package, under pkg/; features of the data that no name in the code shows; and whether it has WebAssembly. */
export const ROWS = {
  'the page: `createAuth`': { files: ['index.js'], features: ['listener signal'] },
  '`tokencell/vue`, `/pinia`, `/router`, `/devtools`': {
    files: [
      'adapters/vue.js',
      'adapters/pinia.js',
      'adapters/router.js',
      'common/guard.js',
      'adapters/devtools.js',
    ],
  },
  '`tokencell/react`': { files: ['adapters/react.js'] },
  '`tokencell/bff`, also in Next and Nuxt': { files: ['bff/client.js'] },
  'a vault in the page': { files: ['vault/index.js'], features: ['listener signal'], hasWasm: true },
  'a vault in a worker': { files: ['vault/index.js'], features: ['module worker'], hasWasm: true },
  'a vault in a shared worker': {
    files: ['vault/index.js'],
    features: ['shared worker', 'module shared worker'],
    hasWasm: true,
  },
  '`tokencell/testing`': { files: ['testing.js'] },
}

/** By what the rows call them. */
export const FEATURES = {
  'listener signal': 'api.EventTarget.addEventListener.options_parameter.options_signal_parameter',
  'module worker': 'api.Worker.Worker.options_type_parameter',
  'shared worker': 'api.SharedWorker',
  'module shared worker': 'api.SharedWorker.SharedWorker.options_type_parameter',
}

/** What the code does without where it is missing, and how. */
export const OPTIONAL = {
  'api.SharedWorker': 'connect.ts takes `worker`',
  'api.SharedWorker.port': 'the same',
  'api.ReadableByteStreamController.byobRequest': 'body.ts makes a stream that is none of bytes',
  'api.ReadableStreamBYOBRequest.respond': 'the same',
  'api.Request.body': 'packing.ts reads the body as a whole',
  'api.Request.keepalive': 'such a request ends with its page',
  'api.Navigator.locks': 'the lease in IndexedDB is enough',
  'api.LockManager.request': 'the same',
  'api.PerformanceResourceTiming.responseStatus': 'link-error.ts then names no import that is missing',
  'api.DecompressionStream': 'inline.ts is for bundlers that lose the wasm file, and is not loaded otherwise',
  'api.ReadableStream.pipeThrough': 'the same',
}

/** What the binary may use of WebAssembly, by what wasm-opt calls it. */
export const WASM_FEATURES = {
  'bulk-memory-opt': 'webassembly.bulk-memory-operations',
  multivalue: 'webassembly.multi-value',
  'nontrapping-float-to-int': 'webassembly.non-trapping-float-to-int-conversions',
  'reference-types': 'webassembly.reference-types',
  'sign-ext': 'webassembly.sign-extension-operations',
}
