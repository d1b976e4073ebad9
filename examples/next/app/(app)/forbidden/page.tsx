export default function ForbiddenPage() {
  return <h1 data-test="page-forbidden">This page is not for your roles.</h1>
}
