'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { useAuth } from 'tokencell/react'

export function AddNote() {
  const { fetch } = useAuth()
  const router = useRouter()
  const [problem, setProblem] = useState('')

  async function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const text = new FormData(form).get('text')
    const response = await fetch('/api/v1/notes', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ text }),
    })
    setProblem(response.ok ? '' : `The API responded with status ${response.status}.`)
    form.reset()
    router.refresh()
  }

  return (
    <form onSubmit={add}>
      <input name="text" placeholder="Write something down…" required data-test="note-text" />
      <button type="submit" data-test="add-note">
        Add note
      </button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  )
}
