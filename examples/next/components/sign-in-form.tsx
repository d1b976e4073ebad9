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
      setProblem(
        error.code === 'refused' ? 'Wrong e-mail or password.' : 'The sign-in failed. Try again in a moment.',
      )
    }
  }

  // `post`: if the browser submits the form before the script has loaded, the password does not get into the URL.
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
