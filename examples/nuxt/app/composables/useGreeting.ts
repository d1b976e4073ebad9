/** A composable that calls `useAuth()` after an `await`. */
export async function useGreeting() {
  await nextTick()
  const { user, hasRole } = useAuth()
  await nextTick()
  return `${user.value?.name}, ${useAuth().isAuthenticated.value && hasRole('admin') ? 'administrator' : 'writer'}`
}
