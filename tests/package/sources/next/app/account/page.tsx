import { Session } from '../session'

export default function Account() {
  return (
    <main>
      <h1>Account</h1>
      <Session />
    </main>
  )
}
