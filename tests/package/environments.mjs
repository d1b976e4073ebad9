// Where the package has to work, with nothing but the two files of the readme. Per environment:
// `project`  the folder in projects/ that says what is installed
// `source`   the folder in sources/ with the application, and `place`, where those of sources/shared go in it
// `copy`     what else is put where
// `build`    a command, or nothing
// `serve`    the port → a command; or the name of a folder to serve
// `pages`    whether there is a second page to navigate to
// `tolerated` what the console may say although all is well
// `leastNode` where that is more than ours
// `full`     left out unless asked for

const vite = 'node_modules/vite/bin/vite.js'
const next = 'node_modules/next/dist/bin/next'
const nuxt = 'node_modules/nuxt/bin/nuxt.mjs'
const esbuild = 'node_modules/esbuild/bin/esbuild'

const toAssets = ['--bundle', '--splitting', '--format=esm', '--outdir=public/assets']
// Where the tool leaves the wasm behind, the vault finds that out and takes the copy inside the package.
const leftBehind = [/404.*core_bg\.wasm/]

const strictly = (port) => ['--host', 'localhost', '--port', port, '--strictPort']

const viteEnvironments = (version) => {
  const project = { project: version, source: 'vite', place: 'src' }
  return [
    {
      name: version,
      ...project,
      build: [vite, 'build'],
      serve: (port) => [vite, 'preview', ...strictly(port)],
    },
    { name: `${version}-dev`, ...project, serve: (port) => [vite, 'dev', ...strictly(port)], full: true },
  ]
}

const nextEnvironments = (bundler, { full }) => {
  const project = { project: 'next', source: 'next', place: '.', pages: true }
  const option = `--${bundler}`
  return [
    {
      name: bundler,
      ...project,
      build: [next, 'build', option],
      serve: (port) => [next, 'start', '--port', port],
      full,
    },
    {
      name: `${bundler}-dev`,
      ...project,
      serve: (port) => [next, 'dev', option, '--port', port],
      full: true,
    },
  ]
}

const nuxtEnvironments = (version, { full, leastNode }) => {
  const project = { project: version, leastNode, source: 'nuxt', place: 'app', pages: true }
  return [
    {
      name: version,
      ...project,
      build: [nuxt, 'build'],
      serve: () => ['.output/server/index.mjs'],
      full,
    },
    {
      name: `${version}-dev`,
      ...project,
      serve: (port) => [nuxt, 'dev', '--no-fork', '--host', 'localhost', '--port', port],
      tolerated: leftBehind,
      full: true,
    },
  ]
}

export const environments = [
  ...['vite-8', 'vite-7', 'vite-6'].flatMap(viteEnvironments),
  ...nextEnvironments('turbopack', { full: false }),
  ...nextEnvironments('webpack', { full: true }),
  ...nuxtEnvironments('nuxt-4.4', { full: false }),
  ...nuxtEnvironments('nuxt-4.5', { full: true, leastNode: '22.19.0' }),
  {
    name: 'esbuild',
    project: 'esbuild',
    source: 'esbuild',
    place: 'src',
    build: [esbuild, 'src/expose.ts', 'src/auth.vault.ts', ...toAssets],
    serve: 'public',
    tolerated: leftBehind,
  },
  {
    name: 'plain',
    project: 'plain',
    source: 'plain',
    copy: { from: 'node_modules/tokencell/pkg', to: 'public/tokencell' },
    serve: 'public',
  },
]
