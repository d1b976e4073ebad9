const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, [, n]) => total + Number(n), 0)
const last = (output, pattern) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0)

// One summary per test binary and one for the examples in the docs.
export const cargoTest = (output) => ({
  passed: sum(output, /^test result: .* (\d+) passed;/gm),
  failed: sum(output, /^test result: .* (\d+) failed;/gm),
})

export const vitest = (output) => ({
  passed: last(output, /^ +Tests .*?(\d+) passed/gm),
  failed: last(output, /^ +Tests .*?(\d+) failed/gm),
})

export const nodeTest = (output) => ({
  passed: last(output, /^ℹ pass (\d+)$/gm),
  failed: last(output, /^ℹ fail (\d+)$/gm) + last(output, /^ℹ cancelled (\d+)$/gm),
  // Each skipped test names what is missing.
  skipped: last(output, /^ℹ skipped (\d+)$/gm),
})

// A flaky test failed at least once, and the result of a test that did not run is unknown. Both count as failed.
export const playwright = (output) => ({
  passed: last(output, /^ +(\d+) passed\b/gm),
  failed: ['failed', 'flaky', 'interrupted', 'did not run'].reduce(
    (total, word) => total + last(output, new RegExp(`^ +(\\d+) ${word}\\b`, 'gm')),
    0,
  ),
  // Each skipped test explains why it does not apply to that engine or place.
  skipped: last(output, /^ +(\d+) skipped\b/gm),
})

/** A mutant that never ends is detected, like a mutant that fails. */
export const mutants = (output) => ({
  passed:
    last(output, /mutants? tested.*?(\d+) caught/g) + last(output, /mutants? tested.*?(\d+) timeouts?/g),
  failed: last(output, /mutants? tested.*?(\d+) missed/g),
})

/** The last line of a run of fuzz targets. */
export const fuzz = (output) => ({
  passed: last(output, /^(\d+) targets passed/gm),
  failed: last(output, /^\d+ targets passed, (\d+) failed$/gm),
})

/** The last line of `summarize`. */
export const summary = (output) => ({
  passed: last(output, /^(\d+) passed, \d+ failed$/gm),
  failed: last(output, /^\d+ passed, (\d+) failed$/gm),
})
