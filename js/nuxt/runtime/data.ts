import { getCurrentScope, onScopeDispose, type Ref } from 'vue'

/** The members of the result of `useFetch` that are needed here. */
export interface RequestedData {
  status: Ref<string>
  clear(): void
  execute(): Promise<unknown>
}

type GetCachedData = (key: string, ...more: unknown[]) => unknown

const all = new WeakMap<object, ReturnType<typeof createUserData>>()

/** What this app has requested as the user. */
export function userDataOf(nuxtApp: object) {
  const found = all.get(nuxtApp) ?? createUserData()
  all.set(nuxtApp, found)
  return found
}

function createUserData() {
  const mounted = new Set<RequestedData>()
  const kept = new Set<string>()

  return {
    /** Remembers a request until its component is unmounted, which is when Nuxt itself forgets the data. */
    add(data: RequestedData) {
      mounted.add(data)
      if (getCurrentScope()) onScopeDispose(() => mounted.delete(data))
    },

    /**
     * The same options of a request. With a `getCachedData` of the application, Nuxt keeps the data after its component is
     * unmounted, so its key is remembered.
     */
    remembering(options: object & { getCachedData?: GetCachedData } = {}) {
      const { getCachedData } = options
      if (!getCachedData) return options
      const remember: GetCachedData = (key, ...more) => {
        kept.add(key)
        return getCachedData(key, ...more)
      }
      return { ...options, getCachedData: remember }
    },

    /**
     * Forgets all data, and requests the data of mounted components anew.
     *
     * @param isShown whether the current user may see the open page
     * @param clearKept forgets the data with these keys
     */
    forget(isShown: boolean, clearKept: (keys: string[]) => void) {
      const loaded = [...mounted].filter(({ status }) => status.value !== 'idle')
      for (const { clear } of mounted) clear()
      clearKept([...kept])
      // Those that have the same key share their data, and the first one has requested it already.
      if (isShown) for (const { status, execute } of loaded) if (status.value === 'idle') execute()
    },
  }
}
