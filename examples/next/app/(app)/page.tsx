import { auth } from '../../lib/auth'

export default async function HomePage() {
  const { snapshot } = await auth.getSession()
  return (
    <>
      <h1 data-test="page-home">
        {snapshot.user ? `Hello, ${snapshot.user.name}.` : 'Fieldnotes, on a server.'}
      </h1>
      <p>
        The tokens stay on this server, in a cookie that is encrypted and that no script reads. The page that
        you see was rendered with a session that this server refreshed, once, for every request that was
        waiting.
      </p>
    </>
  )
}
