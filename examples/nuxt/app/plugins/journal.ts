/** Records the events of the session in a plugin. */
export default defineNuxtPlugin({
  name: 'journal',
  dependsOn: ['tokencell'],
  async setup(nuxtApp) {
    const journal = useState<string[]>('journal', () => [])
    await nextTick()
    journal.value = [useAuth().status.value]
    nuxtApp.hook('tokencell:signed-in', () => void journal.value.push('signed in'))
    nuxtApp.hook('tokencell:ended', (reason) => void journal.value.push(reason))
  },
})
