import path from 'node:path'
import type { NextConfig } from 'next'

const root = path.join(import.meta.dirname, '../../..')

/** Built as for a Docker image, with a base path and a slash at the end of every path. */
const config: NextConfig = {
  output: 'standalone',
  basePath: '/field',
  trailingSlash: true,
  outputFileTracingRoot: root,
  turbopack: { root },
}

export default config
