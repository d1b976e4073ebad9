import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { install, installFolder } from './install.mjs'
import { announced, Failure, program, root, run } from './run.mjs'

const unit = (...names) => names.map((name) => `tests/unit/${name}.test.{ts,tsx}`)

/**
 * The rooms: the code that is changed, the tests that run for each change, and the least score in percent. `isClosed`: the room
 * has reached it, and `npm run test:full` fails if it no longer does. The score of an open room is reported only.
 *
 * The tests are those that fail for this room: all tests that import it would take hours, because one in two imports `common`.
 */
const rooms = {
  port: {
    least: 85,
    isClosed: true,
    code: ['js/protocol/**'],
    tests: unit(
      '{packing,port-errors,protocol,remote,respond,response,send,serve,settle,upload,vault-realm}',
    ),
  },
  vault: {
    least: 85,
    isClosed: true,
    code: ['js/vault/**'],
    tests: unit(
      '{core-demands,core-secrets,errors,idle-limit,launch,network,policy,polluted-options,port-errors,respond,response-credential}',
      '{restore-cookie,run-to-head,serve,shared-state,start,token-responses,upload,vault-*}',
    ),
  },
  client: {
    least: 85,
    code: ['js/client/**'],
    tests: unit(
      '{client,client-*,connect,development-*,diagnosis*,plain-fetch,referrer,remote,send,settle,testing-members,upload,vue-ssr}',
    ),
  },
  server: {
    least: 85,
    code: ['js/server/**'],
    // Not the soak, and not what compares whole servers: they take a minute each.
    tests: [...unit('server/*', 'token-responses'), '!**/{soak,fetch-parity,redis,systems}.test.ts'],
  },
  bff: { least: 75, code: ['js/bff/**'], tests: unit('bff*', 'plain-fetch', 'step-up') },
  common: {
    least: 75,
    code: ['js/common/**'],
    tests: unit(
      '{authorization,client,core-secrets,csrf-source,endpoint,error-texts,errors,found-by-fuzzing,guard,idle}',
      '{option-checks,packing,plain-fetch,polluted-options}',
      '{port-errors,remote,request,retry,router-unavailable,serve,snapshot,start,step-up,testing,token-responses}',
    ),
  },
  adapters: {
    least: 75,
    code: ['js/adapters/**'],
    tests: unit('{devtools,pinia,vue,vue-ssr,vuex}', 'identity*', 'idle*', 'react*', 'router*'),
  },
  next: {
    least: 75,
    code: ['js/next/**'],
    // Not `next-matcher`, which tests the documentation.
    tests: unit('next', 'next-{app,guard,pages,proxy}', 'no-store', 'server/pollution'),
  },
  nuxt: { least: 75, code: ['js/nuxt/**'], tests: unit('nuxt*', 'no-store') },
  sockets: { least: 75, code: ['js/sockets/**'], tests: unit('sockets/*') },
  doctor: { least: 75, code: ['js/doctor/**'], tests: ['tests/doctor/*.test.ts', ...unit('doctor-app')] },
  testing: {
    least: 75,
    isClosed: true,
    code: ['js/testing/**', 'js/testing.ts'],
    tests: unit('testing*'),
  },
}

/** What a survivor must not touch without a reason, in the name of its file, in its line or in what replaces it. */
const GUARDED =
  /authori[sz]|bearer|credential|token(?!cell)|secret|csrf|origin|cookie|cache-control|no-store|guard|sign-?out|session-?end|\bends?At\b|idle/i

const folder = 'tests/mutation'
const output = path.join(root, 'target/mutation')
const tool = path.join(root, 'tools/mutation')
const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'))

/**
 * Changes the code of these rooms, one mutant at a time, and runs their tests. Prints a table, and each survivor that needs a
 * reason and has none. Writes the counts to `tests/mutation/results.json`, where other rooms keep those of their last run.
 *
 * @param options for Stryker, such as `--concurrency 1`
 * @returns the table and the failures as text
 * @throws Failure if a closed room is below its threshold or a survivor of it has no reason
 */
export async function mutate(names = closed(), options = []) {
  await installFolder(tool)
  const failures = []
  for (const name of names) failures.push(...(await measure(name, options)))
  const text = [table(names), ...failures].join('\n')
  if (failures.length)
    throw new Failure(`${failures.length} failures in the mutation of ${names.join(', ')}`, text)
  return text
}

const closed = () => Object.keys(rooms).filter((name) => rooms[name].isClosed)

async function measure(name, options) {
  const began = performance.now()
  mkdirSync(output, { recursive: true })
  const config = path.join(output, `${name}.config.json`)
  writeFileSync(config, JSON.stringify(configOf(name)))
  const isIncremental = existsSync(path.join(output, `${name}.incremental.json`))
  // Its own `bin`, because the package is not in the node_modules of the root.
  const stryker = path.join(tool, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const env = { TOKENCELL_MUTATION_TESTS: JSON.stringify(rooms[name].tests) }
  const command = `stryker run for ${name}`
  const onOutput = (text) => process.stdout.write(text)
  await announced(
    command,
    run(process.execPath, [stryker, 'run', config, ...options], { env, name: 'stryker', onOutput }),
  )
  const report = read(`target/mutation/${name}.json`)
  const results = existsSync(path.join(root, folder, 'results.json')) ? read(`${folder}/results.json`) : {}
  const before = isIncremental ? results[name] : undefined
  // The report of an incremental run also has what an earlier run has measured.
  const isPart = options.includes('--mutate') && (!before || before.only)
  const counts = {
    ...count(report),
    ...(isPart && { only: options[options.indexOf('--mutate') + 1] }),
    // Of the last run of all mutants: an incremental run repeats only what has changed.
    seconds: before && !before.only ? before.seconds : Math.round((performance.now() - began) / 1000),
  }
  const ordered = Object.keys(rooms).filter((room) => room === name || results[room])
  const all = Object.fromEntries(ordered.map((room) => [room, room === name ? counts : results[room]]))
  writeFileSync(path.join(root, folder, 'results.json'), `${JSON.stringify(all, null, 2)}\n`)
  return judge(name, report, counts)
}

const configOf = (name) => ({
  testRunner: 'warm',
  plugins: [path.join(tool, 'runner.mjs')],
  mutate: rooms[name].code.map((code) => (code.endsWith('**') ? `${code}/*.{ts,tsx}` : code)),
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: `target/mutation/${name}.incremental.json`,
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: `target/mutation/${name}.json` },
  concurrency: 2,
  // Above the `testTimeout` of vitest.config.ts, which ends a test that waits. This is for loops that never end. A mutant that
  // is only slow on a busy machine must not count as detected.
  timeoutMS: 20_000,
  tempDirName: 'target/mutation/sandbox',
  ignorePatterns: ['target', 'bench', 'docs', 'site', 'tools', 'tests/e2e', 'tests/fuzz', 'tests/package'],
  // Stryker would rewrite the file with the compiler's API, which TypeScript 7 does not have.
  tsconfigFile: 'none',
})

const mutantsOf = (report) =>
  Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    return mutants.map((mutant) => ({ ...mutant, file, line: lines[mutant.location.start.line - 1].trim() }))
  })

/** A mutant that never ends is detected, like a mutant that fails. Those that Stryker could not run do not count. */
function count(report) {
  const mutants = mutantsOf(report)
  const has = (...states) => mutants.filter(({ status }) => states.includes(status)).length
  const [killed, survived, noCoverage] = [has('Killed', 'Timeout'), has('Survived'), has('NoCoverage')]
  const total = killed + survived + noCoverage
  const score = Math.round((1000 * killed) / total) / 10
  const ignored = has('Ignored')
  const more = ignored ? { ignored } : {}
  return { mutants: total, killed, timedOut: has('Timeout'), survived, noCoverage, score, ...more }
}

/**
 * Compares the survivors with `tests/mutation/reasons.json`: `file`, `line` (the text of the source line) and `replacement`, each of
 * which stands for all if it is missing, and `reason`.
 */
function judge(name, report, { score }) {
  const { least, isClosed } = rooms[name]
  const reasons = read(`${folder}/reasons.json`)
  const left = mutantsOf(report).filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  const isAbout = (reason, mutant) =>
    reason.file === mutant.file &&
    (reason.line === undefined || reason.line === mutant.line) &&
    (reason.replacement === undefined || reason.replacement === mutant.replacement)
  const hasReason = (mutant) => reasons.some((reason) => isAbout(reason, mutant))
  for (const reason of reasons.filter(({ file }) => report.files[file]))
    if (!left.some((mutant) => isAbout(reason, mutant)))
      console.log(`A reason without a survivor, in ${reason.file}: ${reason.line ?? ''}`)
  const needsReason = ({ file, line, replacement }) => GUARDED.test(`${file}\n${line}\n${replacement}`)
  const failures = left
    .filter((mutant) => needsReason(mutant) && !hasReason(mutant))
    .map(({ file, line, location, mutatorName, replacement, status }) => {
      const { start } = location
      return `${file}:${start.line}:${start.column} ${status} ${mutatorName}\n  ${line}\n  → ${replacement}`
    })
  if (score < least) failures.push(`${name} has ${score} %, and needs ${least} %`)
  if (isClosed) return failures
  for (const failure of failures) console.log(failure)
  return []
}

function table(names) {
  const results = read(`${folder}/results.json`)
  const heads = [
    'room',
    'mutants',
    'killed',
    'timed out',
    'survived',
    'no coverage',
    'score',
    'needed',
    'seconds',
  ]
  const rows = names.map((name) => {
    const { mutants, killed, timedOut, survived, noCoverage, score, seconds, only } = results[name]
    const needed = `${rooms[name].least} %${rooms[name].isClosed ? '' : ' (open)'}`
    const room = only ? `${name}: ${only}` : name
    return [room, mutants, killed, timedOut, survived, noCoverage, `${score} %`, needed, seconds]
  })
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

await program(import.meta.url, async (args) => {
  const at = args.findIndex((arg) => arg.startsWith('--'))
  const [names, options] = at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)]
  const unknown = names.find((name) => !rooms[name])
  if (unknown)
    throw new Failure(
      `No room is called ${unknown}: there are ${Object.keys(rooms).join(', ')}. Usage: npm run mutation [-- <room>… [--concurrency <n>]]`,
    )
  await install()
  console.log(await mutate(names.length ? names : Object.keys(rooms), options))
})
