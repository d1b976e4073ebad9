/** The channel between tabs. It carries only single words that the core knows, and no data (promise 11). */
export function openTabs(name: string, hear: (word: string) => void) {
  let channel: BroadcastChannel | undefined
  try {
    channel = new BroadcastChannel(name)
    channel.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') hear(data)
    })
  } catch {
    // This engine has no `BroadcastChannel`.
  }
  return {
    broadcast: (word: string) => channel?.postMessage(word),
    close() {
      channel?.close()
      channel = undefined
    },
  }
}
