/** In BFF mode, pages send requests to their own server, with the paths of the API. In vault mode, they send them to the API. */
export function useApi() {
  const { apiOrigin } = useRuntimeConfig().public
  return (path: string) => `${apiOrigin}${path}`
}
