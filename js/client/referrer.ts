import { answers } from '../common/brand.js'

/**
 * The referrer policy that this page declares in `<meta name="referrer">`, of which a worker knows nothing. The
 * `Referrer-Policy` header of the page cannot be read by a script.
 */
export function declaredReferrerPolicy(): string | undefined {
  return (
    [...document.querySelectorAll<HTMLMetaElement>('meta[name=referrer i]')]
      .map(({ content }) => content.toLowerCase())
      // Of the old names, which HTML still reads, the one that forbids more than the default does.
      .map((policy) => (policy === 'never' ? 'no-referrer' : policy))
      .filter((policy) => policy && isPolicy(policy))
      .at(-1)
  )
}

const isPolicy = (policy: string) =>
  answers(() => new Request(location.href, { referrerPolicy: policy as ReferrerPolicy }))
