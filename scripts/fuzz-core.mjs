import { existsSync } from 'node:fs'
import path from 'node:path'
import { root, run } from './run.mjs'

const crate = path.join(root, 'tests/fuzz/core')
const output = path.join(root, 'target/fuzz')

/**
 * Coverage for libFuzzer, with flags that stable Rust has: those of `cargo fuzz --sanitizer none`. Only the sanitizers
 * need nightly, and the core forbids unsafe code, so they would find little.
 */
const COVERAGE = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '-Ccodegen-units=1',
  '--cfg=fuzzing',
]

/** The Rust targets, and the longest input of each. In bytes. */
export const coreTargets = { token: 4096, claims: 4096, origins: 512, session: 8192, histories: 4096 }

/** Compiles all targets. libFuzzer itself is C++, so this needs a C++ compiler. */
export async function buildCore() {
  const host = /^host: (.*)$/m.exec(await run('rustc', ['-vV'], { cwd: root }))?.[1]
  // With `--target`, build scripts and macros are compiled without these flags.
  const args = ['build', '--release', '--locked', '--target', host, '--target-dir', output]
  await run('cargo', args, { cwd: crate, env: { RUSTFLAGS: COVERAGE.join(' ') } })
  return (target) => path.join(output, host, 'release', target)
}

/** Checks the targets with clippy. They share the compiled crates with the core. */
export function lintCore() {
  const flags = ['--deny', 'warnings', '--allow', 'dead-code']
  const args = ['clippy', '--quiet', '--locked', '--target-dir', path.join(root, 'target'), '--', ...flags]
  return run('cargo', args, { cwd: crate })
}

/** Why the Rust targets cannot be built here; `undefined` if they can. */
export async function missingCompiler() {
  const has = (name) =>
    run(name, ['--version']).then(
      () => true,
      () => false,
    )
  const found = process.env.CXX || (await has('c++')) || (await has('clang++'))
  return found ? undefined : 'libFuzzer needs a C++ compiler (Debian: g++)'
}

/**
 * Runs a target for so many seconds. New inputs with new coverage go to `target/fuzz/corpus`, an input that fails to
 * `target/fuzz/failures`.
 */
export async function fuzzCore(binary, target, seconds, { folders }) {
  const corpus = path.join(root, 'tests/fuzz/corpus', target)
  const args = [
    folders.grown,
    ...(existsSync(corpus) ? [corpus] : []),
    `-max_total_time=${seconds}`,
    `-max_len=${coreTargets[target]}`,
    '-timeout=20',
    '-rss_limit_mb=2048',
    '-print_final_stats=1',
    `-artifact_prefix=${folders.failures}/`,
  ]
  const text = await run(binary(target), args, { name: target })
  const [, runs = '0'] = /stat::number_of_executed_units: (\d+)/.exec(text) ?? []
  const [, coverage = '?'] = [...text.matchAll(/ cov: (\d+)/g)].at(-1) ?? []
  return { runs: Number(runs), note: `${coverage} edges` }
}
