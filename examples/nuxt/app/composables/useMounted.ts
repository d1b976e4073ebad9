/** Whether the page listens. A form that is sent before goes the browser's way. */
export function useMounted() {
  const isMounted = ref(false)
  onMounted(() => {
    isMounted.value = true
  })
  return isMounted
}
