import { answers } from '../common/brand.js'

/**
 * The referrer policy that this page declares in `<meta name="referrer">`. A worker does not inherit it. Scripts cannot
 * read the `Referrer-Policy` header of the page.
 */
export function declaredReferrerPolicy(): string | undefined {
  return (
    [...document.querySelectorAll<HTMLMetaElement>('meta[name=referrer i]')]
      // HTML still accepts some old names. Only this one is stricter than the default policy.
      .map(({ content }) => content.toLowerCase().replace(/^never$/, 'no-referrer'))
      .filter((policy) => policy && isPolicy(policy))
      .at(-1)
  )
}

const isPolicy = (policy: string) =>
  answers(() => new Request(location.href, { referrerPolicy: policy as ReferrerPolicy }))
