// Its peers conflict with those of Nuxt in this repository. tests/package builds the application with the real one.
declare module '@vitejs/plugin-react' {
  export default function react(): import('vite').PluginOption
}
