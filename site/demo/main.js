// The Vue example, with a service worker as its API.

const base = import.meta.env.BASE_URL

/** Resolves when the service worker gets the requests of this page. */
async function startApi() {
  const { serviceWorker } = navigator
  if (!serviceWorker) throw new Error('This browser, or its private mode, has no service workers.')
  await serviceWorker.register(`${base}worker.js`)
  const { active } = await serviceWorker.ready
  if (serviceWorker.controller) return
  // At the first visit, and after a reload with Shift, the browser leaves the page without its service worker.
  const controlled = new Promise((resolve) =>
    serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
  )
  active.postMessage('claim')
  await controlled
}

try {
  await startApi()
  // The file that a static host serves. The router knows only the folder.
  if (location.pathname === `${base}index.html`) history.replaceState(null, '', base)
  // Not before: a vault that starts without the service worker sends its requests to the static host.
  await import('../../examples/vue/src/main')
} catch (error) {
  document.querySelector('#app').textContent =
    `The demo needs a service worker, which plays its API. ${error.message}`
}
