import { expect, test } from 'vitest'
import { deviceFaults } from '../faults/device.js'
import { networkFaults } from '../faults/faults.js'
import { idsInTable } from '../faults/ids.js'

test('docs/fault-results.md has one row for each fault', () => {
  const ids = [...networkFaults, ...deviceFaults].map(({ id }) => id)
  expect(idsInTable().toSorted()).toEqual(ids.toSorted())
})
