export default function ForbiddenPage() {
  return <h1 data-test="page-forbidden">Your roles do not allow this page.</h1>
}
