import { createPinia } from 'pinia'
import { authPlugin } from 'tokencell/vue'
import { createApp, defineComponent } from 'vue'
import { auth } from './auth.js'
import { front } from './front.js'
import { createAppRouter } from './router.js'

// The server sends the browser here after a sign-in on its own page, of which this browser knows nothing. The router waits
// for the session.
const { signInPage } = front
if (signInPage && document.referrer === location.origin + signInPage) auth.restore().catch(() => {})

// For tests that look into the page.
Object.assign(globalThis, { auth })

const App = defineComponent({ template: '<router-view />' })
createApp(App).use(authPlugin(auth)).use(createPinia()).use(createAppRouter()).mount('#app')
