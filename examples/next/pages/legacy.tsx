import type { SessionInfo } from 'tokencell/bff'
import { auth } from '../lib/auth'

interface Props {
  session: SessionInfo
  notes: string[]
}

/** The same session in the Pages Router. */
export default function LegacyPage({ session, notes }: Props) {
  return (
    <main>
      <h1 data-test="page-legacy">Notes of {session.snapshot.user?.name}</h1>
      <ul data-test="notes">
        {notes.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </main>
  )
}

export const getServerSideProps = auth.pages.withSession<{ notes: string[] }>(
  { requiresAuth: true },
  async (_, { fetch }) => {
    const { notes = [] } = (await (await fetch('/api/v1/notes')).json()) as { notes?: { text: string }[] }
    return { props: { notes: notes.map(({ text }) => text) } }
  },
)
