interface User {
  id: string
  name: string
  email: string
  roles: Role[]
}

type Role = 'admin' | 'editor' | 'user'

declare module 'tokencell' {
  interface Register {
    user: User
    role: Role
  }
}

export {}
