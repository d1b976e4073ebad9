import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { fresh, mirror } from './fresh.mjs'
import { install } from './install.mjs'
import { tool, versionOf } from './packages.mjs'
import { cargoHome, program, root, run, seconds, shown } from './run.mjs'
import { writeSbom } from './sbom.mjs'

const wasmTarget = 'wasm32-unknown-unknown'
const compiled = `target/${wasmTarget}/release/tokencell.wasm`
const bound = 'target/bindgen'
const emitted = 'target/tsc'
const optimized = 'pkg/wasm/core_bg.wasm'

const written = (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs

/** src/ → the bare core. Cargo detects whether a build is needed. */
export async function cargo() {
  const flags = [
    [homedir(), '~'],
    [path.join(cargoHome, 'registry/src'), 'crates'],
    [root, '.'],
  ].map(([from, to]) => `--remap-path-prefix=${from}=${to}`)
  // Set as configuration and not as RUSTFLAGS, which would replace the flags of .cargo/config.toml.
  const config = `target.${wasmTarget}.rustflags=${JSON.stringify(flags)}`
  const before = written(compiled)
  await run('cargo', ['build', '--quiet', '--release', '--lib', '--target', wasmTarget, '--config', config], {
    env: { RUSTFLAGS: undefined, CARGO_ENCODED_RUSTFLAGS: undefined },
  })
  return written(compiled) !== before
}

/** The bare core → pkg/wasm/core.js, and its wasm for the next step. */
export async function bindgen() {
  const inputs = [compiled, 'tools/bindgen', 'Cargo.lock']
  const worked = await fresh('bindgen', { inputs, outputs: [bound] }, async () => {
    rmSync(path.join(root, bound), { recursive: true, force: true })
    await run('cargo', ['run', '--quiet', '--profile', 'tool', '--package', 'bindgen', '--', compiled, bound])
  })
  mirror(bound, 'pkg/wasm', (name) => /^core_bg\.wasm|^inline\./.test(name))
  return worked
}

/** → pkg/wasm/core_bg.wasm, as small as binaryen can make it. */
export function optimize() {
  // Inlining a function into its only caller saves raw bytes, but brotli then finds less repetition. So only small functions are
  // inlined.
  const inlining = '--one-caller-inline-max-function-size=20'
  // Nothing is at the addresses below 1024: they are the end of the stack, which never becomes that deep.
  const size = ['-Oz', '--converge', inlining, '--low-memory-unused']
  const options = [...size, '--strip-debug', '--strip-producers', '--strip-target-features']
  const salt = `${versionOf('binaryen')} ${options}`
  return fresh('wasm-opt', { inputs: [`${bound}/core_bg.wasm`], outputs: [optimized], salt }, () =>
    tool('wasm-opt', [...options, `${bound}/core_bg.wasm`, '-o', optimized], { from: 'binaryen' }),
  )
}

/** → pkg/wasm/inline.js: the same wasm as text, for bundlers that lose the file. */
export const inline = () =>
  fresh('inline', { inputs: [optimized], outputs: ['pkg/wasm/inline.js', 'pkg/wasm/inline.d.ts'] }, () => {
    const text = gzipSync(readFileSync(path.join(root, optimized)), { level: 9 }).toString('base64')
    writeFileSync(path.join(root, 'pkg/wasm/inline.js'), `export default '${text}'\n`)
    writeFileSync(
      path.join(root, 'pkg/wasm/inline.d.ts'),
      '/** core_bg.wasm, gzipped, as base64. */\ndeclare const wasm: string\nexport default wasm\n',
    )
  })

/** js/ → pkg/, file by file. */
export async function types() {
  const inputs = ['js', 'tsconfig.json', 'package-lock.json', 'pkg/wasm/core.d.ts', 'pkg/wasm/inline.d.ts']
  const worked = await fresh(
    'tsc',
    { inputs, outputs: [emitted], salt: versionOf('typescript') },
    async () => {
      rmSync(path.join(root, emitted), { recursive: true, force: true })
      for (const project of ['js', 'js/tsconfig.server.json'])
        await tool('tsc', ['--project', project, '--outDir', emitted], { from: 'typescript' })
    },
  )
  mirror(emitted, 'pkg', (name) => /^(wasm[\\/]|sbom\.)/.test(name))
  return worked
}

/** → pkg/sbom.cdx.json: what this package contains and depends on. */
const sbom = () =>
  fresh(
    'sbom',
    {
      inputs: [
        'Cargo.toml',
        'Cargo.lock',
        'package.json',
        'package-lock.json',
        'scripts/sbom.mjs',
        'scripts/crates.mjs',
      ],
      outputs: ['pkg/sbom.cdx.json'],
    },
    writeSbom,
  )

/** Builds everything that is published. A step is skipped if its inputs have not changed. */
export async function build(say = console.log) {
  for (const step of [cargo, bindgen, optimize, inline, types, sbom]) {
    const began = performance.now()
    const worked = await shown(step.name, step)
    say(`  ${step.name.padEnd(9)} ${worked ? seconds(began) : 'fresh'}`)
  }
}

await program(import.meta.url, async () => {
  await install()
  await build()
})
