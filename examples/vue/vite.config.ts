import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  // With any other format, the vault script contains the spare copy of the wasm, which is otherwise loaded only if needed.
  worker: { format: 'es' },
})
