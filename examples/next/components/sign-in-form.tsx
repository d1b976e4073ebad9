'use client'

import { type FormEvent, useState } from 'react'
import { isAuthError } from 'tokencell'
import { useAuth } from 'tokencell/react'

export function SignInForm() {
  const { signIn } = useAuth()
  const [problem, setProblem] = useState('')

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    try {
      await signIn(Object.fromEntries(new FormData(event.currentTarget)))
    } catch (error) {
      if (!isAuthError(error)) throw error
      setProblem(error.code === 'refused' ? 'These do not belong together.' : 'Try again in a moment.')
    }
  }

  // `post`: what is submitted before the script has loaded must not end in the address.
  return (
    <form method="post" onSubmit={submit}>
      <input
        name="email"
        type="email"
        placeholder="ada@example.com"
        autoComplete="username"
        required
        data-test="email"
      />
      <input
        name="password"
        type="password"
        placeholder="correct horse"
        autoComplete="current-password"
        required
        data-test="password"
      />
      <button type="submit" data-test="sign-in">
        Sign in
      </button>
      {problem && (
        <p role="alert" data-test="problem">
          {problem}
        </p>
      )}
    </form>
  )
}
