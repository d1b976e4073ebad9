import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import type { Target } from './target.js'
import { configuration } from './targets/configuration.js'
import { cookies } from './targets/cookies.js'
import { csrf } from './targets/csrf.js'
import { doctor } from './targets/doctor.js'
import { grants } from './targets/grants.js'
import { headers } from './targets/headers.js'
import { messages } from './targets/messages.js'
import { paths } from './targets/paths.js'
import { redirects } from './targets/redirects.js'
import { seal } from './targets/seal.js'

/** An input that takes longer than this, in the time of the processor, counts as a hang. In milliseconds. */
const LONGEST = 2000

const targets: Record<string, Target> = {
  configuration,
  cookies,
  csrf,
  doctor,
  grants,
  headers,
  messages,
  paths,
  redirects,
  seal,
}

const cpu = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Usage: `main.js <target> <seconds> <corpus folder>`. Prints the result as JSON in the last line. */
const [name = '', seconds = '1', corpus = ''] = process.argv.slice(2)
const found = targets[name]
if (!found) throw new Error(`No target is called ${name}`)
const { inputs, check } = found
const file = path.join(corpus, `${name}.json`)
const examples: unknown[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []

async function timed(input: unknown) {
  const before = cpu()
  await check(input)
  const took = cpu() - before
  if (took > LONGEST) throw new Error(`This input takes ${Math.round(took)} ms`)
}

let runs = 0
const property = fc.asyncProperty(inputs, (input) => {
  runs += 1
  return timed(input)
})
// The whole corpus runs, however long it takes.
for (const input of examples) await timed(input)
const details = await fc.check(property, {
  numRuns: 2 ** 31 - 1,
  interruptAfterTimeLimit: Number(seconds) * 1000,
  markInterruptAsFailure: false,
})
if (details.failed) {
  const [input] = details.counterexample ?? []
  const { errorInstance: error } = details
  console.log(error instanceof Error ? error.stack : String(error))
  console.log(`seed ${details.seed}, path ${details.counterexamplePath}`)
  console.log(`smallest input: ${JSON.stringify(input)}`)
  process.exitCode = 1
} else console.log(JSON.stringify({ runs, examples: examples.length }))
