/**
 * Warns if a relative URL was probably meant for the API but was sent to the page's own server. Such a request has no
 * token, because the page's origin is not in `origins`. The sign is the response: an error or an HTML page. Requests for
 * files of the page itself succeed and cause no warning.
 */
export function warnAboutRelativeUrls(
  send: typeof fetch,
  origins: () => readonly string[] | undefined,
): typeof fetch {
  const warned = new Set<string>()
  return async (input, init) => {
    const response = await send(input, init)
    const known = origins()
    if (!known || typeof input !== 'string' || /^([a-z][a-z\d+.-]*:|\/\/)/i.test(input)) return response
    const isPage = /html/.test(response.headers.get('content-type') ?? '')
    if (known.includes(location.origin) || (response.ok && !isPage) || warned.has(input)) return response
    warned.add(input)
    console.warn(
      `[tokencell] auth.fetch('${input}') was sent to the page's own origin, ${location.origin}, as fetch does. The response was ${isPage ? 'HTML with ' : ''}status ${response.status}. ` +
        `The request had no token, because \`origins\` in the vault file contains only ${known.join(', ')}. Write the full URL of the API: '${new URL(input, known[0]).href}'.`,
    )
    return response
  }
}
