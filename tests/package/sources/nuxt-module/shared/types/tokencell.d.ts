declare module 'tokencell' {
  interface Register {
    user: { email: string }
    role: 'admin' | 'user'
  }
}

export {}
