import { respond } from './api.js'

// A service worker of an older version must not answer the pages of this one.
addEventListener('install', () => skipWaiting())

addEventListener('message', (event) => {
  if (event.data === 'claim') event.waitUntil(clients.claim())
})

addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (origin !== location.origin) return
  if (/^\/(api\/v1|control)\//.test(pathname)) event.respondWith(respond(request))
  else if (request.mode === 'navigate') event.respondWith(openPage())
})

/** A static host has one file for all pages of the application. */
async function openPage() {
  const { body } = await fetch(new URL('index.html', registration.scope))
  // A new response, because that of a host that redirects to the folder must not answer a navigation.
  return new Response(body, { headers: { 'Content-Type': 'text/html; charset=utf-8' } })
}
