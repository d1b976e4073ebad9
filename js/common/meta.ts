/** The content of the `<meta>` element with this name. A worker has no parser for HTML. */
export function contentOf(html: string, name: string): string | null {
  for (const element of metaElements(html))
    if (attributeOf(element, 'name') === name) return attributeOf(element, 'content')
  return null
}

/**
 * The `<meta>` elements, without their last character. The text is split first: for a page with many unclosed elements, one
 * pattern for a whole element (`<meta[^>]*>`) would read the rest of the page for each of them.
 */
export const metaElements = (html: string): string[] =>
  html
    .split('>')
    .slice(0, -1)
    .flatMap((part) => /<meta\b.*/is.exec(part) ?? [])

function attributeOf(element: string, name: string): string | null {
  const pattern = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i')
  const [, ...values] = pattern.exec(element) ?? []
  const value = values.find((value) => value !== undefined)
  return value?.replace(/&(amp|quot|#39|lt|gt);/g, (_, entity: string) => ENTITIES[entity] ?? '') ?? null
}

const ENTITIES: Record<string, string> = { amp: '&', quot: '"', '#39': "'", lt: '<', gt: '>' }
