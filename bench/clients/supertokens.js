import Session from 'supertokens-website'

/** Takes over the `fetch` of its window. */
export function create() {
  Session.init({ apiDomain: location.origin, apiBasePath: '/st', tokenTransferMethod: 'cookie' })
  return {
    signIn: () => fetch('/st/login', { method: 'POST' }),
    get: (path) =>
      fetch(`/st${path}`).then(
        ({ status }) => status,
        (error) => String(error.message ?? error.name),
      ),
    fetch: (path) => fetch(`/st${path}`),
  }
}
