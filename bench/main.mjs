// `npm run bench [-- bytes | storm | start | overhead | memory | bff]…` writes bench/results.json, and the tables and plots in docs/

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { build } from '../scripts/build.mjs'
import { install } from '../scripts/install.mjs'
import { Failure, program } from '../scripts/run.mjs'
import { measureBff } from './bff/main.mjs'
import { startBrowser } from './browser.mjs'
import { bundlePages } from './bundle.mjs'
import { measureBytes } from './bytes.mjs'
import { measureMemory } from './memory.mjs'
import { measureOverhead } from './overhead/main.mjs'
import { installPeers, versions } from './peers.mjs'
import { writeReport } from './report.mjs'
import { summarise } from './results.mjs'
import { measureStart } from './start.mjs'
import { measureStorm } from './storm.mjs'

const file = path.join(import.meta.dirname, 'results.json')

const parts = {
  bytes: measureBytes,
  storm: () => inBrowser(measureStorm),
  start: () => inBrowser(measureStart),
  overhead: () => measureOverhead('chromium'),
  memory: () => inBrowser(measureMemory),
  bff: measureBff,
}

async function inBrowser(measure) {
  const browser = await startBrowser()
  try {
    return await measure(browser)
  } finally {
    await browser.end()
  }
}

await program(import.meta.url, async (args) => {
  const unknown = args.find((name) => !(name in parts))
  if (unknown) throw new Failure(`No part is called ${unknown}: there are ${Object.keys(parts).join(', ')}`)
  await install()
  await build(() => {})
  await installPeers()
  await bundlePages()
  const before = args.length && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).measured : {}
  const date = new Date().toISOString().slice(0, 10)
  const measured = { ...before, date, cores: availableParallelism(), versions: versions() }
  for (const name of args.length ? args : Object.keys(parts)) {
    console.log(`${name} …`)
    measured[name] = await parts[name]()
  }
  writeFileSync(file, `${JSON.stringify({ ...summarise(measured), measured }, null, 2)}\n`)
  writeReport(measured)
})
