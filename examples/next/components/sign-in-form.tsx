'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { isAuthError } from 'tokencell'
import { ownPath } from 'tokencell/guard'
import { useAuth } from 'tokencell/react'

export function SignInForm() {
  const { signIn } = useAuth()
  const router = useRouter()
  const [problem, setProblem] = useState('')

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    try {
      await signIn(Object.fromEntries(new FormData(event.currentTarget)))
    } catch (error) {
      if (!isAuthError(error)) throw error
      return setProblem(error.code === 'refused' ? 'These do not belong together.' : 'Try again in a moment.')
    }
    const wanted = new URLSearchParams(location.search).get('redirect')
    router.replace(ownPath(wanted, location.origin) ?? '/')
    router.refresh()
  }

  return (
    <form onSubmit={submit}>
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
