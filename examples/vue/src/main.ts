import { createPinia } from 'pinia'
import { authDevtools } from 'tokencell/devtools'
import { authPlugin } from 'tokencell/vue'
import { createApp } from 'vue'
import App from './App.vue'
import { auth } from './auth'
import { router } from './router'
import { useTimeline } from './stores/timeline'
import './theme.css'

const pinia = createPinia()
// Created here, before any component uses it, so that it records all events.
useTimeline(pinia)

const app = createApp(App).use(authPlugin(auth)).use(pinia).use(router)
if (import.meta.env.DEV) app.use(authDevtools(auth))
app.mount('#app')
