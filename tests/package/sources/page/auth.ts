import { createAuth } from 'tokencell'

export const auth = createAuth<{ email: string }>({ page: () => import('./auth.vault') })
