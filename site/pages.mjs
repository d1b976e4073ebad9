/**
 * The sections of the documentation, in the order of the sidebar. A page is its path in docs/ without `.md`; its title is
 * its first heading.
 */
export const sections = [
  {
    title: 'Start',
    pages: [
      'live',
      'start/index',
      'start/vue',
      'start/nuxt',
      'start/next',
      'start/react',
      'start/plain',
      'troubleshooting',
    ],
  },
  {
    title: 'Your backend',
    pages: [
      'backend/index',
      'backend/express',
      'backend/rails-devise-jwt',
      'backend/rails-refresh',
      'backend/devise-token-auth',
      'backend/jwt-sessions',
      'backend/knock',
      'backend/rails-session',
      'backend/django-simplejwt',
      'backend/dj-rest-auth',
      'backend/fastapi',
      'backend/fastapi-users',
      'backend/flask-jwt-extended',
      'backend/laravel',
      'backend/better-auth',
      'backend/any-api',
      'guides/doctor',
      'contract',
      'systems',
      'dependencies',
    ],
  },
  {
    title: 'Guides',
    pages: [
      'guides/sign-up-and-second-factor',
      'guides/user-and-roles',
      'guides/client',
      'guides/guards',
      'guides/vue',
      'guides/nuxt',
      'guides/next',
      'guides/oauth-landing',
      'guides/idle-limit',
      'guides/remember-me',
      'guides/step-up',
      'guides/csrf',
      'guides/several-tabs',
      'guides/ssr',
      'server',
      'guides/events',
      'guides/stores',
      'identity',
      'guides/query-caches',
      'guides/http-clients',
      'guides/fetch-differences',
      'guides/uploads',
      'guides/images-and-downloads',
      'guides/sockets-and-sse',
      'sockets',
      'guides/offline',
      'guides/traces-and-sentry',
      'guides/unit-tests',
      'guides/end-to-end-tests',
      'testing',
      'guides/bundlers',
      'guides/content-security-policy',
      'guides/deploy',
    ],
  },
  {
    title: 'How it works',
    pages: ['how/where-the-token-lives', 'how/a-401', 'how/tabs', 'how/bff'],
  },
  {
    title: 'Security',
    pages: ['security/index', 'security/headers', 'security-results', 'fault-results'],
  },
  { title: 'Performance', pages: ['performance', 'performance-results'] },
  {
    title: 'Moving over',
    pages: [
      'moving/index',
      'moving/localstorage',
      'moving/axios-auth-refresh',
      'moving/sidebase-nuxt-auth',
      'moving/next-auth-credentials',
      'moving/oidc-client',
    ],
  },
  { title: 'Compare', pages: ['compare', 'browsers', 'support'] },
  {
    title: 'Reference',
    pages: ['reference/index', 'reference/types/index', 'reference/errors/index', 'reference/doctor/index'],
  },
]

/** The first heading of a page, without the marks of Markdown. */
export const titleOf = (text) => /^# (.+)$/m.exec(text)[1].replace(/`/g, '')

/**
 * The text of llms.txt (llmstxt.org): the title and the first paragraph of every page.
 *
 * @param read returns the text of a page
 */
export function overview(read) {
  const parts = sections.map(
    ({ title, pages }) => `## ${title}\n\n${pages.map((page) => entryOf(page, read(page))).join('\n')}`,
  )
  return `# tokencell

> Client-side auth for frontends on a JWT API. The access token is in the memory of a WebAssembly module in a worker, where no
> script of the page can read it. It is refreshed once for all requests and tabs.

${parts.join('\n\n')}
`
}

function entryOf(page, text) {
  const [first = ''] = text
    .replace(/^# .+$/m, '')
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => /^[\w`*[]/.test(paragraph))
  return `- [${titleOf(text)}](${page}.md): ${first.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')}`
}
