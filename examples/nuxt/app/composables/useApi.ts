/** In BFF mode pages ask their own server, under the same paths; in vault mode the API itself. */
export function useApi() {
  const { apiOrigin } = useRuntimeConfig().public
  return (path: string) => `${apiOrigin}${path}`
}
