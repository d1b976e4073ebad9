import 'tokencell'

export interface User {
  id: string
  name: string
  roles: Role[]
}

export type Role = 'admin' | 'editor'

declare module 'tokencell' {
  interface Register {
    user: User
    role: Role
  }
}

/** Compiles if both types are the same. */
export const same = <A, B>(..._: [A] extends [B] ? ([B] extends [A] ? [] : [never]) : [never]) => {}
