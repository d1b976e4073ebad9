type Native = typeof SharedWorker | typeof Worker

export interface WorkerScript {
  url: URL
  isModule: boolean
}

let isAsking = false

/** Whether factories are called for their URL alone. */
export const isOnlyAskedFor = () => isAsking

const NAMES = ['SharedWorker', 'Worker'] as const

/** Calls the factory while other constructors stand in place of those of the browser. */
export function withConstructors<T>(replace: (native: Native) => object, make: () => T): T {
  const realm = globalThis as Record<string, unknown>
  const natives = NAMES.filter((name) => name in realm).map((name) => [name, realm[name]] as const)
  try {
    // Turbopack tells the two apart by their names.
    for (const [name, native] of natives)
      realm[name] = Object.defineProperty(replace(native as Native), 'name', { value: name })
    return make()
  } finally {
    for (const [name, native] of natives) realm[name] = native
  }
}

/**
 * The script of the worker that this factory makes. It runs as far as the constructor, so that nothing is started.
 *
 * @returns nothing where the factory makes no worker
 */
export function scriptOf(make: () => unknown): WorkerScript | undefined {
  let script: WorkerScript | undefined
  function takeDown(url: string | URL, options?: string | WorkerOptions) {
    const isModule = typeof options === 'object' && options.type === 'module'
    script = { url: new URL(url, document.baseURI), isModule }
    throw new Error('Only the URL was asked for.')
  }
  isAsking = true
  try {
    // A new function for each, as each gets a name.
    withConstructors(() => takeDown.bind(undefined), make)
  } catch {
    // By `takeDown`, or by the factory itself, which has failed before.
  } finally {
    isAsking = false
  }
  return script
}
