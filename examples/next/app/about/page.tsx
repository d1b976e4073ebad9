/** This page is the same for all visitors. It is rendered when the application is built. */
export default function AboutPage() {
  return (
    <main>
      <h1 data-test="page-about">About</h1>
    </main>
  )
}
