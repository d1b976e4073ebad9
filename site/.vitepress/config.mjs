import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { sections, titleOf } from '../pages.mjs'

const root = path.resolve(fileURLToPath(import.meta.url), '../../..')
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

const textOf = (page) => readFileSync(path.join(root, 'docs', `${page}.md`), 'utf8')
const linkTo = (page) => `/${page.replace(/index$/, '')}`

export default defineConfig({
  title: 'tokencell',
  description: 'Client-side auth that keeps the access token out of the reach of page scripts',
  lang: 'en',
  srcDir: '../docs',
  outDir: '../target/site',
  cacheDir: '../target/site-cache',
  cleanUrls: true,
  // The index of the search is one large file, which is loaded when the search is opened.
  vite: {
    build: { chunkSizeWarningLimit: 3000 },
    // `npm run docs` serves the demo from here. A build copies it (scripts/docs.mjs).
    publicDir: path.join(root, 'target/served'),
  },
  markdown: {
    // The colours of the default themes have too little contrast (WCAG 2.2, 1.4.3).
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // Without `v-pre`, Vue evaluates `{{ … }}` in inline code.
    config(md) {
      const { code_inline: render } = md.renderer.rules
      md.renderer.rules.code_inline = (tokens, at, ...rest) => {
        tokens[at].attrSet('v-pre', '')
        return render(tokens, at, ...rest)
      }
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    // Without a label of its own, the link has another name for a screen reader than on the screen.
    notFound: { linkLabel: 'Take me home' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Start', link: '/start/' },
      { text: 'Try it', link: '/live' },
      { text: 'Your backend', link: '/backend/' },
      { text: 'Compare', link: '/compare' },
      { text: version, link: 'https://github.com/tokencell/tokencell/blob/main/CHANGELOG.md' },
    ],
    sidebar: sections.map(({ title, pages }) => ({
      text: title,
      items: pages.map((page) => ({ text: titleOf(textOf(page)), link: linkTo(page) })),
    })),
  },
})
