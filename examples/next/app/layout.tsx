import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import './theme.css'

export const metadata: Metadata = { title: 'tokencell', icons: 'data:,' }

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
