'use client'

import { type FormEvent, useEffect, useState } from 'react'
import { AuthProvider, useAuth } from 'tokencell/react'
import { api, auth } from './auth'

/** Client mode only: the vault sends requests to the API directly, without the server of this application. */
export default function VaultPage() {
  return (
    <AuthProvider auth={auth}>
      <main>
        <h1 data-test="page-vault">In a vault</h1>
        <Session />
      </main>
    </AuthProvider>
  )
}

function Session() {
  const { status, failure, user, isAuthenticated, fetch, signIn, signOut } = useAuth()
  const [notes, setNotes] = useState<string[]>([])

  useEffect(() => {
    if (!isAuthenticated) return setNotes([])
    fetch(`${api}/api/v1/notes`)
      .then((response) => response.json())
      .then(({ notes }: { notes: { text: string }[] }) => setNotes(notes.map(({ text }) => text)))
  }, [fetch, isAuthenticated])

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    signIn(Object.fromEntries(new FormData(event.currentTarget)))
  }

  return (
    <>
      <p data-test="status">{status}</p>
      {failure && (
        <p role="status" data-test="failure">
          The API cannot be reached. Trying again…
        </p>
      )}
      {isAuthenticated ? (
        <button type="button" data-test="sign-out" onClick={() => signOut()}>
          Sign {user?.name} out
        </button>
      ) : (
        <form method="post" onSubmit={submit}>
          <input name="email" type="email" required data-test="email" />
          <input name="password" type="password" required data-test="password" />
          <button type="submit" data-test="sign-in">
            Sign in
          </button>
        </form>
      )}
      <ul data-test="notes">
        {notes.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  )
}
