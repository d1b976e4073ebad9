import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  // The vault loads what it needs when it needs it, which no other format can.
  worker: { format: 'es' },
})
