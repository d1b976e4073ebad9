import type { Site } from './site.js'

/** Allows the browser to keep pages in the back/forward cache (not with `no-store`), and adds a page `/elsewhere`. */
export function allowCaching(site: Site) {
  site.headers = { 'cache-control': 'max-age=0' }
  site.overrides.set('/elsewhere', (response) =>
    response.setHeader('content-type', 'text/html').end('elsewhere'),
  )
}

/** Runs in the page: records in `shown` every status that the page shows, and at `pageshow` whether it came from the cache. */
export function noteShown() {
  window.shown = []
  addEventListener('pageshow', ({ persisted }) => shown.push(persisted, auth.snapshot.status), true)
  auth.subscribe(({ status }) => shown.push(status))
}

declare global {
  var shown: unknown[]
}
