type Native = typeof SharedWorker | typeof Worker

export interface WorkerScript {
  url: URL
  isModule: boolean
}

let isAsking = false

/** Whether factories are currently called only to find out their URL. */
export const isOnlyAskedFor = () => isAsking

const NAMES = ['SharedWorker', 'Worker'] as const

/** Calls the factory while the browser's worker constructors are replaced by others. */
export function withConstructors<T>(replace: (native: Native) => object, make: () => T): T {
  const realm = globalThis as Record<string, unknown>
  const natives = NAMES.filter((name) => name in realm).map((name) => [name, realm[name]] as const)
  try {
    // Turbopack distinguishes the two constructors by their names.
    for (const [name, native] of natives)
      realm[name] = Object.defineProperty(replace(native as Native), 'name', { value: name })
    return make()
  } finally {
    for (const [name, native] of natives) realm[name] = native
  }
}

/**
 * Finds the script of the worker that this factory creates. The factory runs until it calls the constructor, which throws,
 * so that no worker starts.
 *
 * @returns `undefined` if the factory creates no worker
 */
export function scriptOf(make: () => unknown): WorkerScript | undefined {
  let script: WorkerScript | undefined
  function recordArguments(url: string | URL, options?: string | WorkerOptions) {
    const isModule = typeof options === 'object' && options.type === 'module'
    script = { url: new URL(url, document.baseURI), isModule }
    throw new Error('This call only finds out the URL.')
  }
  isAsking = true
  try {
    // Each constructor needs its own function, because its name is set.
    withConstructors(() => recordArguments.bind(undefined), make)
  } catch {
    // The error comes from `takeDown`, or from the factory itself, which has failed before.
  } finally {
    isAsking = false
  }
  return script
}
