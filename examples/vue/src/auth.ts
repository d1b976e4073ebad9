import { createAuth } from 'tokencell'

export interface User {
  id: string
  email: string
  name: string
  roles: string[]
}

export const auth = createAuth<User>({ page: () => import('./auth.vault') })
