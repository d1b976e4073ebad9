import { answers } from './brand.js'

/** As the HTML standard still reads them (§4.2.5.1). */
const OLD_NAMES: Record<string, string> = {
  never: 'no-referrer',
  default: 'strict-origin-when-cross-origin',
  always: 'unsafe-url',
  'origin-when-crossorigin': 'origin-when-cross-origin',
}

/**
 * The referrer policy that this page declares in `<meta name="referrer">`, of which a worker knows nothing. The
 * `Referrer-Policy` header of the page cannot be read by a script.
 */
export function declaredReferrerPolicy(): string | undefined {
  return [...document.querySelectorAll<HTMLMetaElement>('meta[name=referrer i]')]
    .map(({ content }) => content.toLowerCase())
    .map((policy) => OLD_NAMES[policy] ?? policy)
    .filter((policy) => policy && isPolicy(policy))
    .at(-1)
}

const isPolicy = (policy: string) =>
  answers(() => new Request(location.href, { referrerPolicy: policy as ReferrerPolicy }))
