import { useAuthStore } from 'tokencell/pinia'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { explain } from './explain'

/** Data of the user. It is loaded immediately, and again when another user signs in. */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>) {
  const session = useAuthStore()
  const data = shallowRef<T | null>(null)
  const problem = ref('')
  const pending = ref(false)
  let running: AbortController | undefined

  async function reload() {
    running?.abort()
    const controller = new AbortController()
    const { signal } = controller
    running = controller
    pending.value = true
    problem.value = ''
    try {
      const loaded = await load(signal)
      if (!signal.aborted) data.value = loaded
    } catch (error) {
      if (!signal.aborted) problem.value = explain(error)
    } finally {
      if (!signal.aborted) pending.value = false
    }
  }

  watch(
    () => session.user?.id,
    (id) => {
      // The next user must not see the data of the previous one, not even while loading.
      data.value = null
      if (id !== undefined) void reload()
    },
    { immediate: true },
  )
  onScopeDispose(() => running?.abort())

  return { data, problem, pending, reload }
}
