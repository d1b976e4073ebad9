import { sections } from './pages.mjs'

/**
 * The text of llms.txt (llmstxt.org): the title and the first paragraph of every page.
 *
 * @param read returns the text of a page
 */
export function overview(read) {
  const parts = sections.map(
    ({ title, pages }) => `## ${title}\n\n${pages.map((page) => line(page, read(page))).join('\n')}`,
  )
  return `# tokencell

> Client-side auth for frontends on a JWT API. The access token is in the memory of a WebAssembly module in a worker, where no
> script of the page can read it. It is refreshed once for all requests and tabs.

${parts.join('\n\n')}
`
}

function line(page, text) {
  const [, title = page] = /^# (.+)$/m.exec(text) ?? []
  const [first = ''] = text
    .replace(/^# .+$/m, '')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => /^[\w`*[]/.test(paragraph))
  return `- [${title.replace(/`/g, '')}](${page}.md): ${first.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')}`
}
