import { AddNote } from '../../../components/add-note'
import { auth } from '../../../lib/auth'

interface Note {
  id: string
  text: string
}

export default async function NotesPage() {
  const { snapshot } = await auth.requireSession()
  const response = await auth.fetch('/api/v1/notes')
  const { notes = [] } = (await response.json()) as { notes?: Note[] }
  return (
    <>
      <h1 data-test="page-notes">Notes of {snapshot.user?.name}</h1>
      <AddNote />
      <ul data-test="notes" data-status={response.status}>
        {notes.toReversed().map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
    </>
  )
}
