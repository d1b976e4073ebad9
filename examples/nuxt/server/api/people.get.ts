interface Person {
  id: string
  name: string
  email: string
}

/** A route of this server's own, which asks the API as the user and is a door of its own. */
export default defineEventHandler(async (event) => {
  const auth = useServerAuth(event)
  await auth.require({ roles: ['admin'] })
  const response = await auth.fetch('/api/v1/admin/users')
  return (await response.json()) as { users: Person[] }
})
