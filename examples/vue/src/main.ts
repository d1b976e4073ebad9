import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { createAppRouter } from './router'
import { useTimeline } from './stores/timeline'
import './theme.css'

const pinia = createPinia()
// From the first event on, before any component asks for it.
useTimeline(pinia)

createApp(App).use(pinia).use(createAppRouter(pinia)).mount('#app')
