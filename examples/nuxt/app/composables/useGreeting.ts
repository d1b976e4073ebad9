/** A composable that awaits before it asks who is there. */
export async function useGreeting() {
  await nextTick()
  const { user, hasRole } = useAuth()
  await nextTick()
  return `${user.value?.name}, ${useAuth().isAuthenticated.value && hasRole('admin') ? 'who runs this' : 'who writes here'}`
}
