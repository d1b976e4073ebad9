import type { Site } from './site.js'

/** Lets pages into the back/forward cache, which keeps none that forbid storing them, and has somewhere else to go. */
export function allowCaching(site: Site) {
  site.headers = { 'cache-control': 'max-age=0' }
  site.overrides.set('/elsewhere', (response) =>
    response.setHeader('content-type', 'text/html').end('elsewhere'),
  )
}

/** Runs in the page: writes down as `shown` what it shows from now on, and whether it came back from the cache. */
export function noteShown() {
  window.shown = []
  addEventListener('pageshow', ({ persisted }) => shown.push(persisted, auth.snapshot.status), true)
  auth.subscribe(({ status }) => shown.push(status))
}

declare global {
  var shown: unknown[]
}
