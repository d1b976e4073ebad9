import { auth } from '../../lib/auth'

export default async function HomePage() {
  const { snapshot } = await auth.getSession()
  return (
    <>
      <h1 data-test="page-home">{snapshot.user ? `Hello, ${snapshot.user.name}.` : 'tokencell, in Next.'}</h1>
      <p>
        This server keeps the tokens in an encrypted cookie that no script can read. It rendered this page
        with your session. If the token has to be refreshed, the server refreshes it once for all waiting
        requests.
      </p>
    </>
  )
}
