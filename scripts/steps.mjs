import { Failure, seconds, shown } from './run.mjs'

/** A step returns this instead of its output if it is skipped. */
export const skipped = (reason) => ({ skipped: reason })

/**
 * Selects the steps that `--only <step>` names, and the steps that they need. Without `--only`, selects all steps.
 *
 * @returns the selected steps, and the other arguments
 */
export function select(all, args) {
  const names = args.filter((_, at) => args[at - 1] === '--only')
  const rest = args.filter((arg, at) => !names.includes(arg) && (arg !== '--only' || at === args.length - 1))
  const unknown = names.find((name) => !all.some((step) => step.name === name))
  if (unknown)
    throw new Failure(`No step is called ${unknown}: there are ${all.map((step) => step.name).join(', ')}`)
  const wanted = names.length ? all.filter((step) => names.includes(step.name)) : all
  const steps = all.filter((step) => wanted.includes(step) || wanted.some(({ needs }) => needs === step.name))
  return { steps, rest }
}

/**
 * Runs the steps one after another, continues after a failure, and prints one line with the result of each.
 * A step: `name`, `work` (resolves to its output), and optionally `count` (output → { passed, failed, skipped? }).
 */
export async function runSteps(steps) {
  const results = []
  for (const step of steps) results.push(await runStep(step))
  return results
}

async function runStep({ name, work, count }) {
  const began = performance.now()
  const outcome = await shown(name, work).catch((error) => ({ error }))

  if (outcome?.skipped) {
    console.log(`– ${name.padEnd(12)}          skipped: ${outcome.skipped}`)
    return { name, passed: 0, failed: 0 }
  }
  const { error } = outcome ?? {}
  const output = error ? (error.output ?? '') : String(outcome ?? '')
  const counts = count?.(output)
  const { passed, failed } = tally(!error, counts)
  const rest = [failed && `, ${failed} failed`, counts?.skipped && `, ${counts.skipped} skipped`]
  const counted = count ? `  ${passed} passed${rest.filter(Boolean).join('')}` : ''
  console.log(`${failed ? '✗' : '✓'} ${name.padEnd(12)} ${seconds(began).padStart(8)}${counted}`)
  if (failed) {
    if (output) console.log(withoutPassed(output).trim().replace(/^/gm, '    '))
    if (error) console.log(`    ${error instanceof Failure ? error.message : error.stack}`)
  }
  return { name, passed, failed }
}

/** Playwright and node:test print a line for each test that passed: hundreds, between which a reader has to find the failures. */
const withoutPassed = (output) => output.replace(/^ *[✓✔] .*\n/gm, '')

/** The counts of a step: its own counts if it has any, otherwise one. A failed step has at least one failure. */
function tally(ok, counted = { passed: 0, failed: 0 }) {
  if (!ok) return { passed: counted.passed, failed: Math.max(counted.failed, 1) }
  return counted.passed + counted.failed > 0 ? counted : { passed: 1, failed: 0 }
}

/** Prints the last line of a run, and sets the exit code. */
export function summarize(results) {
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0)
  const broken = results.filter((result) => result.failed).map((result) => result.name)
  if (broken.length) console.log(`\nfailed: ${broken.join(', ')}`)
  console.log(`${total('passed')} passed, ${total('failed')} failed`)
  if (broken.length) process.exitCode = 1
}
