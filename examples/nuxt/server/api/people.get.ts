interface Person {
  id: string
  name: string
  email: string
}

/** A route of this server. It calls the API with the token of the user, and checks the role itself. */
export default defineEventHandler(async (event) => {
  const auth = useServerAuth(event)
  await auth.require({ roles: ['admin'] })
  const response = await auth.fetch('/api/v1/admin/users')
  return (await response.json()) as { users: Person[] }
})
