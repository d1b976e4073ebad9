/** The content of the `<meta>` element with this name. A worker has no parser for HTML. */
export function contentOf(html: string, name: string): string | null {
  for (const [element] of html.matchAll(/<meta\b[^>]*>/gi))
    if (attributeOf(element, 'name') === name) return attributeOf(element, 'content')
  return null
}

function attributeOf(element: string, name: string): string | null {
  const pattern = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i')
  const [, ...values] = pattern.exec(element) ?? []
  const value = values.find((value) => value !== undefined)
  return value?.replace(/&(amp|quot|#39|lt|gt);/g, (_, entity: string) => ENTITIES[entity] ?? '') ?? null
}

const ENTITIES: Record<string, string> = { amp: '&', quot: '"', '#39': "'", lt: '<', gt: '>' }
