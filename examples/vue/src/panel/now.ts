import { onScopeDispose, type Ref, ref } from 'vue'

/** The current time, updated every quarter of a second until the component is unmounted. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 250)
  onScopeDispose(() => clearInterval(timer))
  return now
}
