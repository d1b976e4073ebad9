import path from 'node:path'
import { finish } from '../../scripts/processes.mjs'
import { Failure } from '../../scripts/run.mjs'
import { fill, install, sources } from './project.mjs'

const compilers = ['typescript-5.9', 'typescript-7.0']
const projects = ['bundler', 'nodenext', 'vue']

/** The checks of the tarball that need no browser. */
export const checks = [
  { name: 'node', work: node },
  { name: 'publint', work: (tarball) => lint(tarball, 'publint/src/cli.js', ['--strict']) },
  {
    name: 'attw',
    // The package intentionally has no CommonJS.
    work: (tarball) =>
      lint(tarball, '@arethetypeswrong/cli/dist/index.js', [
        '--profile',
        'esm-only',
        '--no-definitely-typed',
      ]),
  },
  { name: 'types', work: types },
]

async function node(tarball) {
  const folder = await install('types', tarball)
  fill(folder, [[path.join(sources, 'node'), '.']])
  return finish('main.mjs', [], { cwd: folder })
}

async function lint(tarball, script, options) {
  const folder = await install('lint', tarball)
  return finish(`node_modules/${script}`, [tarball.file, ...options], { cwd: folder })
}

async function types(tarball) {
  const folder = await install('types', tarball)
  fill(folder, [
    [path.join(sources, 'types'), '.'],
    ...['auth.ts', 'auth.vault.ts'].map((file) => [path.join(sources, 'shared', file), `src/${file}`]),
  ])
  const errors = []
  for (const compiler of compilers)
    for (const project of projects) {
      const args = ['--project', `tsconfig.${project}.json`]
      const checked = finish(`node_modules/${compiler}/bin/tsc`, args, { cwd: folder })
      await checked.catch(({ output }) => errors.push(`${compiler}, ${project}:\n${output}`))
    }
  if (errors.length) throw new Failure('the types do not compile', errors.join('\n'))
}
