import { readFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { root } from '../scripts/run.mjs'
import { settings } from './bundle.mjs'

/** What an application imports from each package: the name, and the module that it writes. */
const imports = {
  'axios + axios-auth-refresh': `import axios from 'axios'; import { createAuthRefresh } from 'axios-auth-refresh'; export { axios, createAuthRefresh }`,
  ky: `export { default } from 'ky'`,
  ofetch: `export { ofetch } from 'ofetch'`,
  'auth0-spa-js': `export { createAuth0Client } from '@auth0/auth0-spa-js'`,
  'oidc-client-ts': `export { UserManager } from 'oidc-client-ts'`,
  '@axa-fr/oidc-client': `export { OidcClient } from '@axa-fr/oidc-client'`,
  '@supabase/auth-js': `export { AuthClient } from '@supabase/auth-js'`,
  'keycloak-js': `export { default } from 'keycloak-js'`,
  'better-auth': `export { createAuthClient } from 'better-auth/client'`,
  'next-auth/react': `export { SessionProvider, getSession, signIn, signOut, useSession } from 'next-auth/react'`,
  'supertokens-website': `export { default } from 'supertokens-website'`,
  alova: `import adapter from 'alova/fetch'; import { createAlova } from 'alova'; import { createServerTokenAuthentication } from 'alova/client'; export { adapter, createAlova, createServerTokenAuthentication }`,
}

const brotli = (bytes) => brotliCompressSync(bytes).length

/** Files that a module loads later, with `import()`, do not count. */
const withoutLater = {
  name: 'without-later',
  setup: (build) =>
    build.onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
}

/** The minified and compressed bytes of a module with everything that it imports; without React, which the application has. */
async function sizeOf(contents) {
  const esbuild = await import('esbuild')
  const { outputFiles } = await esbuild.build({
    ...settings,
    write: false,
    stdin: { contents, resolveDir: path.join(import.meta.dirname, 'peers') },
    external: ['react', 'react-dom', 'react/*', 'next/*'],
    plugins: [withoutLater],
  })
  return outputFiles.reduce((sum, { contents }) => sum + brotli(contents), 0)
}

/** Sizes in bytes: minified, then brotli with its highest quality. */
export async function measureBytes() {
  const page = await sizeOf(`export { createAuth } from 'tokencell'`)
  const worker = await sizeOf(`export { openVault } from 'tokencell/vault'`)
  const wasm = brotli(readFileSync(path.join(root, 'pkg/wasm/core_bg.wasm')))
  const peers = {}
  for (const [name, contents] of Object.entries(imports)) peers[name] = await sizeOf(contents)
  return { page, worker, wasm, vault: worker + wasm, all: page + worker + wasm, peers }
}
