// The rows of the table in docs/browsers.md: the files that an application loads, and their other requirements.

/** `files`: under pkg/. `features`: required features that no name in the code shows. `hasWasm`: whether WebAssembly is needed. */
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
  '`tokencell/identity`, `/idle`': { files: ['adapters/identity.js', 'adapters/idle.js'] },
  '`tokencell/sockets`': { files: ['sockets/index.js'] },
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

/** Paths in the data, by the names in the rows. */
export const FEATURES = {
  'listener signal': 'api.EventTarget.addEventListener.options_parameter.options_signal_parameter',
  'module worker': 'api.Worker.Worker.options_type_parameter',
  'shared worker': 'api.SharedWorker',
  'module shared worker': 'api.SharedWorker.SharedWorker.options_type_parameter',
}

/** Features that the code can do without, and how. */
export const OPTIONAL = {
  'api.SharedWorker': 'connect.ts takes `worker`',
  'api.SharedWorker.port': 'the same',
  'api.ReadableByteStreamController.byobRequest': 'body.ts then creates a stream that is not a byte stream',
  'api.ReadableStreamBYOBRequest.respond': 'the same',
  'api.Request.body': 'packing.ts reads the body as a whole',
  'api.Request.keepalive': 'such a request ends with its page',
  'api.Navigator.locks': 'the lease in IndexedDB is enough',
  'api.LockManager.request': 'the same',
  'api.PerformanceResourceTiming.responseStatus': 'link-error.ts then names no missing import',
  'api.DecompressionStream': 'inline.ts is loaded only if a bundler has lost the wasm file',
  'api.ReadableStream.pipeThrough': 'the same',
}

/** The features of WebAssembly that the binary may use, by their names in wasm-opt. */
export const WASM_FEATURES = {
  'bulk-memory': 'webassembly.bulk-memory-operations',
  multivalue: 'webassembly.multi-value',
  'nontrapping-float-to-int': 'webassembly.non-trapping-float-to-int-conversions',
  'reference-types': 'webassembly.reference-types',
  'sign-ext': 'webassembly.sign-extension-operations',
}
