import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { engine } from '../scripts/browsers.mjs'
import { freePort, startProgram } from '../scripts/processes.mjs'

/** Starts a server of this test in a temporary folder. */
async function serveIn(program: string, makeArgs: (folder: string, port: number) => string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokencell-'))
  const port = await freePort()
  const server = await startProgram(engine(program).server, makeArgs(folder, port), { port })
  return {
    port,
    async end() {
      await server.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const startRedis = () =>
  serveIn('redis', (folder, port) => [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--daemonize',
    'no',
  ])

/** Starts nginx with one server and these directives. */
const startNginx = (directivesIn: (folder: string) => { http?: string; location: string }) =>
  serveIn('nginx', (folder, port) => {
    const { http = '', location } = directivesIn(folder)
    const config = `
      daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
      events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
        ${http}
        server {
          listen 127.0.0.1:${port};
          location / { ${location} }
        }
      }`
    writeFileSync(path.join(folder, 'nginx.conf'), config)
    return ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'error.log')]
  })

/**
 * nginx in front of the instances of an application, configured as in its guides, with its default buffers. The instances get
 * the requests in turn.
 */
export const startFront = (urls: readonly string[]) =>
  startNginx(() => ({
    http: `upstream app { ${urls.map((url) => `server ${new URL(url).host};`).join(' ')} }`,
    location: `
      proxy_pass http://app;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;`,
  }))

/** A careless cache: it stores all responses that `Cache-Control` allows, and ignores `Set-Cookie` and `Vary`. */
export const startCache = (to: string) =>
  startNginx((folder) => ({
    http: `proxy_cache_path ${folder}/cache keys_zone=all:1m;`,
    location: `
      proxy_pass ${to};
      proxy_set_header Host $http_host;
      proxy_http_version 1.1;
      proxy_cache all;
      proxy_cache_key $request_uri$http_rsc;
      proxy_ignore_headers Set-Cookie Vary;
      add_header X-Cache $upstream_cache_status always;`,
  }))
