// The environments in which the package must work with only the two files from the README. For each environment:
// `project`  the folder in projects/ with the package.json and the lock file
// `source`   the folder in sources/ with the application. `place`: the target for the files of sources/shared
// `copy`     a folder to copy, `{ from, to }`
// `builds`   the commands that build it, if there are any
// `serve`    a function from the port to a command, or the name of a folder to serve
// `env`      a function from the URL of the API to more environment variables of that command
// `pages`    whether the application has a second page
// `tolerated` patterns for console errors that are not failures
// `leastNode` the minimum version of Node, if it is higher than ours
// `full`     whether the environment runs only with --full or by its name

const vite = 'node_modules/vite/bin/vite.js'
const next = 'node_modules/next/dist/bin/next'
const nuxt = 'node_modules/nuxt/bin/nuxt.mjs'
const esbuild = 'node_modules/esbuild/bin/esbuild'

const toAssets = ['--bundle', '--splitting', '--format=esm', '--outdir=public/assets']
// These tools do not output the wasm file. The vault gets a 404 and uses the copy in the JavaScript.
const leftBehind = [/404.*core_bg\.wasm/]

const strictly = (port) => ['--host', 'localhost', '--port', port, '--strictPort']

const viteEnvironments = (version) => {
  const project = { project: version, source: 'vite', place: 'src' }
  return [
    {
      name: version,
      ...project,
      builds: [[vite, 'build']],
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
      builds: [[next, 'build', option]],
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
      builds: [[nuxt, 'build']],
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
    builds: [[esbuild, 'src/expose.ts', 'src/auth.vault.ts', ...toAssets]],
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
