import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { checks } from './checks/index.js'
import { render, root } from './results.js'

test('docs/security-results.md is what this run writes', () => {
  const file = path.join(root, 'docs/security-results.md')
  const table = render(checks)
  console.log(/attacks: .*limits/.exec(table)?.[0])
  if (process.env.TOKENCELL_WRITE) writeFileSync(file, table)
  expect(readFileSync(file, 'utf8'), 'to write it again: TOKENCELL_WRITE=1').toBe(table)
})
