/**
 * Warns where a relative URL was meant for the API and went to the page's own server: one that is not in `origins`, so that
 * no token goes there. What shows it is the answer, an error or a page. Files of the page itself come as they should.
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
      `[tokencell] auth.fetch('${input}') went to the page's own origin, ${location.origin}, as with fetch, and was answered with ${response.status}${isPage ? ' and HTML' : ''}. ` +
        `It took no token, because \`origins\` of the vault file lists ${known.join(', ')} only. Write the URL of the API out: '${new URL(input, known[0]).href}'.`,
    )
    return response
  }
}
