import path from 'node:path'
import type { NextConfig } from 'next'

const root = path.join(import.meta.dirname, '../../..')

/** As in an image of Docker, in a folder of a site, with a slash at the end of every path. */
const config: NextConfig = {
  output: 'standalone',
  basePath: '/field',
  trailingSlash: true,
  outputFileTracingRoot: root,
  turbopack: { root },
}

export default config
