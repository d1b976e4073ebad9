import { expect, test } from 'vitest'
import { freePort } from '../../scripts/processes.mjs'

test('a free port is never one that the system gives to an outgoing connection, which could be connected with itself', async () => {
  for (let times = 0; times < 20; times += 1) {
    const port = await freePort()
    expect(port).toBeGreaterThanOrEqual(20_000)
    expect(port).toBeLessThan(32_000)
  }
})
