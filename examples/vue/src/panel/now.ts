import { onScopeDispose, type Ref, ref } from 'vue'

/** The time, every quarter of a second, for as long as the component is there. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 250)
  onScopeDispose(() => clearInterval(timer))
  return now
}
