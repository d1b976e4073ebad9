/** Whether the scripts of the page have started. Before that, the browser itself submits a form. */
export function useMounted() {
  const isMounted = ref(false)
  onMounted(() => {
    isMounted.value = true
  })
  return isMounted
}
