import { SignInForm } from '../../../components/sign-in-form'
import { auth } from '../../../lib/auth'

export default async function SignInPage() {
  const { snapshot } = await auth.requireSession({ guestOnly: true })
  return (
    <>
      <h1 data-test="page-sign-in">Sign in</h1>
      {snapshot.reason === 'revoked' && <p data-test="notice">The server has ended your session.</p>}
      {snapshot.reason === 'expired' && <p data-test="notice">Your session has expired.</p>}
      <SignInForm />
    </>
  )
}
