import { BroadcastChannel } from 'node:worker_threads'
import { startTests } from '@vitest/runner'
import { TestRunner, vi } from 'vitest'

/**
 * Runs test files again and again in one worker, as `tools/mutation/runner.mjs` asks. Vitest needs about a second to start a worker,
 * and the tests of one mutant need some milliseconds.
 *
 * Each run evaluates all modules of the project anew, as in a worker of its own. Globals and packages stay.
 */
export default class extends TestRunner {
  /** Vitest calls this before the first file, whose tests are not run in this call. It lasts as long as the worker. */
  async onBeforeCollect() {
    const channel = new BroadcastChannel(this.injectValue('channel') + this.workerState.environment.name)
    const stopped = new Promise((stop) => {
      channel.onmessage = async ({ data: { request, stop: isStop } }) => {
        if (isStop) return stop()
        if (!request) return
        const reply = await runFile(this, request).catch(({ stack }) => ({ error: stack }))
        channel.postMessage({ reply })
      }
    })
    channel.postMessage({ reply: 'ready' })
    await stopped
    channel.close()
    this.cancelRun = true
  }
}

/**
 * Runs one file, up to the first test that fails.
 *
 * @param request `names`: the tests to run, or all; `mutant`: its number, or none; `isDryRun`: run all tests and measure which
 * mutants each of them covers
 */
async function runFile(worker, { file, names, mutant, hitLimit, isDryRun }) {
  forgetLastFile(worker)
  // What the instrumented code reads and writes.
  globalThis.__stryker__ ??= {}
  const state = globalThis.__stryker__
  Object.assign(state, { activeMutant: mutant, hitLimit, hitCount: 0, currentTestId: undefined })
  if (isDryRun) state.mutantCoverage = { static: {}, perTest: {} }
  const spec = { filepath: file, testNamePattern: names && patternOf(names) }
  const [result] = await startTests([spec], silent(worker, state, isDryRun))
  const tests = testsOf(result).map((test) => ({
    name: nameOf(test),
    state: test.result?.state ?? test.mode,
    duration: test.result?.duration ?? 0,
    message: messageOf(test),
  }))
  state.activeMutant = undefined
  return { tests, message: suiteMessage(result), hitCount: state.hitCount, coverage: state.mutantCoverage }
}

/** What Vitest does between two files of a worker, and more: a test that fails may leave behind what it has replaced. */
function forgetLastFile({ moduleRunner, workerState }) {
  vi.resetConfig()
  vi.restoreAllMocks()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  forgetGlobals()
  moduleRunner.mocker?.reset()
  for (const [id, node] of workerState.evaluatedModules.idToModuleMap) {
    if (/vitest\/dist\//.test(id) || id === import.meta.filename) continue
    Object.assign(node, { promise: undefined, exports: undefined, evaluated: false })
    node.importers.clear()
  }
}

/** That of the worker. Some tests replace it before they import the package, and do not restore it. */
const { fetch } = globalThis

/** What the package keeps in the realm, and what tests have replaced there. */
function forgetGlobals() {
  globalThis.fetch = fetch
  for (const key of Object.getOwnPropertySymbols(globalThis))
    if (key.description.startsWith('tokencell.')) Reflect.deleteProperty(globalThis, key)
  // `js/common/platform-fetch.ts` defines it so that it cannot be deleted. Of a property that exists, it sets only the value.
  Object.defineProperty(globalThis, Symbol.for('tokencell.fetch'), { value: undefined, configurable: true })
}

/** A runner that reports nothing to Vitest, and skips the remaining tests after a failure. */
function silent(worker, state, isDryRun) {
  const runner = Object.create(worker)
  const isolated = {
    onBeforeCollect: undefined,
    onCollected: undefined,
    onTaskUpdate: undefined,
    onCleanupWorkerContext: undefined,
    onAfterRunFiles: undefined,
    cancelRun: false,
    // The dry run is the first that imports anything, which takes long on a busy machine.
    ...(isDryRun && { config: { ...worker.config, testTimeout: 60_000, hookTimeout: 60_000 } }),
    onCollectStart: (file) => {
      worker.workerState.current = file
      worker.workerState.filepath = file.filepath
    },
    async onBeforeRunTask(test) {
      await worker.constructor.prototype.onBeforeRunTask.call(runner, test)
      if (isDryRun) state.currentTestId = nameOf(test)
    },
    onAfterRunTask(test) {
      state.currentTestId = undefined
      if (test.result?.state === 'fail' && !isDryRun) runner.cancelRun = true
      return worker.constructor.prototype.onAfterRunTask.call(runner, test)
    },
  }
  for (const [key, value] of Object.entries(isolated))
    Object.defineProperty(runner, key, { value, writable: true, configurable: true })
  return runner
}

const patternOf = (names) => new RegExp(`^(?:${names.map(escaped).join('|')})$`)
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const nameOf = ({ suite, name }) => (suite ? `${nameOf(suite)} ${name}` : name)
const messageOf = ({ result }) => result?.errors?.[0]?.message
const testsOf = ({ tasks }) => tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]))

/** The error of a file that could not be imported, or of a hook. */
const suiteMessage = (suite) =>
  messageOf(suite) ??
  suite.tasks
    .filter(({ type }) => type === 'suite')
    .map(suiteMessage)
    .find(Boolean)
