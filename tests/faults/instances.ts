import { readFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { freePort, startProgram } from '../../scripts/processes.mjs'
import type { Random } from '../random.js'

const root = path.resolve(import.meta.dirname, '../..')
const SECRET = 'lW3uHk7dV0mQx9sYb2nT5rJ8cF1gZ4pE'

/** Two instances of the server of the application, in processes of their own. */
export async function startInstances({ api, redis, file }: { api: string; redis: string; file: string }) {
  await bundle(file)
  const instances = await Promise.all(
    [0, 1].map(() => startInstance(file, { API: api, REDIS_URL: redis, SECRET })),
  )
  return {
    urls: instances.map(({ url }) => url),
    /** Kills one of them as a crash does, and starts it again. */
    async killOne(random: Random) {
      await instances[random() < 0.5 ? 0 : 1]?.crash()
    },
    end: () => Promise.all(instances.map(({ end }) => end())),
  }
}

async function startInstance(file: string, env: Record<string, string>) {
  const port = await freePort()
  const start = () => startProgram(process.execPath, [file], { port, env: { ...env, PORT: String(port) } })
  let running = await start()
  return {
    url: `http://localhost:${port}`,
    /** SIGTERM ends it at once, with requests that it has begun. */
    async crash() {
      await running.end()
      running = await start()
    },
    end: () => running.end(),
  }
}

async function bundle(outfile: string) {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  await build({
    entryPoints: [path.join(import.meta.dirname, 'instance.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    alias: { 'tokencell/server': path.join(root, exports['./server'].default) },
    logLevel: 'error',
  })
}
