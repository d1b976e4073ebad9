import { ActionButton } from '../../../components/action-button'
import { auth } from '../../../lib/auth'
import type { User } from '../../../lib/register'
import { addForEverybody } from './actions'

export default async function AdminPage() {
  await auth.requireSession({ roles: ['admin'] })
  const response = await auth.fetch('/api/v1/admin/users')
  const { users = [] } = (await response.json()) as { users?: User[] }
  return (
    <>
      <h1 data-test="page-admin">People</h1>
      <ul data-test="users">
        {users.map(({ id, name, email }) => (
          <li key={id}>
            {name} <small>{email}</small>
          </li>
        ))}
      </ul>
      <ActionButton action={addForEverybody}>Write a note in an action</ActionButton>
    </>
  )
}
