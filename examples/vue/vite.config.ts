import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  // Any other format puts the spare copy of the wasm into the vault, instead of loading it where it is needed.
  worker: { format: 'es' },
})
