import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Check, MOMENTS, type Moment, PLACES } from './check.js'
import type { Outcome } from './harness.js'

export const root = path.resolve(import.meta.dirname, '../..')
const folder = path.join(root, 'target/attacks')

export function note(project: string, id: string, outcomes: Outcome[]) {
  mkdirSync(path.join(folder, project), { recursive: true })
  writeFileSync(path.join(folder, project, `${id}.json`), JSON.stringify(outcomes))
}

const read = (project: string, id: string): Outcome[] =>
  JSON.parse(readFileSync(path.join(folder, project, `${id}.json`), 'utf8'))

const WORDS = { leaked: '**seen**', kept: 'no', stopped: 'no (stopped)' }

/** One word if all moments are alike, otherwise one for each. At a published moment the token counts as seen. */
function cell(outcomes: Outcome[], published: readonly Moment[]) {
  const words = outcomes.map((outcome, index) =>
    published.includes(MOMENTS[index] as Moment) ? WORDS.leaked : WORDS[outcome],
  )
  return new Set(words).size === 1 ? words[0] : words.join(', ')
}

const count = (outcomes: Outcome[]) => outcomes.filter((outcome) => outcome === 'leaked').length

/** The tables of the docs. They have no times and no random values, so that two runs write the same bytes. */
export function render(checks: Check[]): string {
  let tried = 0
  let leaked = 0
  let limits = 0
  const rows = checks.map((check) => {
    const cells = PLACES.map((place) => {
      const outcomes = read(`attacks-chromium-${place}`, check.id)
      const published = check.limit?.at[place] ?? []
      tried += outcomes.length
      limits += published.length
      leaked += count(outcomes.filter((_, index) => !published.includes(MOMENTS[index] as Moment)))
      return cell(outcomes, published)
    })
    const control = read('attacks-chromium-page-control', check.id)
    const found = count(control) === control.length ? 'found' : 'void'
    return `| ${check.id} | ${check.title} | ${cells.join(' | ')} | ${found} |`
  })
  const withLimit = checks.flatMap(({ id, limit }) => (limit ? [{ id, why: limit.why }] : []))
  const reasons = [...new Set(withLimit.map(({ why }) => why))].map((reason) => {
    const ids = withLimit.filter(({ why }) => why === reason).map(({ id }) => id)
    return `- **${ids.join(', ')}**: ${reason}`
  })
  return `# What was tried

\`attacks: ${tried} tried, ${leaked} leaked, ${limits} known limits\`

${checks.length} scripts, ${PLACES.length} places of the token and ${MOMENTS.length} moments make ${tried} runs. In ${limits} of them, a known limit lets the script see a token.
In ${leaked} of the other runs, the script saw one.

\`TOKENCELL_WRITE=1 npm run test:full -- --only attacks\` writes this file. Without the variable, the run fails if the file differs from
the results.

- A script starts before the scripts of the page, after the start of the client, or after the first sign-in. In each run a user
  signs in and sends requests, and then another user signs in. If the moments differ, the cell has a word for each.
- **seen**: the script saw an access token, or it is a known limit and can see one. **no**: it saw none. **no (stopped)**: it saw
  none, and the second sign-in failed because of it.
- The places of the token are a shared vault, a vault in a worker, a vault in the page (option \`page: true\`), and a server
  (\`tokencell/server\`).
- The control is "found" if the same script found the token of a weak client at each moment.
- The browser is Chromium. In Firefox all checks but A6-stack and B3 run, without a table.

| check | a script that… | shared | worker | page | server | control |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## Known limits

${reasons.join('\n')}
`
}
