import { auth } from '../../../lib/auth'

/** A route handler of the application, which redirects anonymous users to the sign-in page. */
export async function GET() {
  const { snapshot } = await auth.requireSession()
  return Response.json(snapshot.user)
}
