import Link from 'next/link'
import { Session } from './session'

export default function Home() {
  return (
    <main>
      <h1>Home</h1>
      <Link href="/account">Account</Link>
      <Session />
    </main>
  )
}
