/** The channel between tabs. It carries only single words that the core knows, and no data (promise 11). */
export function openPeerChannel(name: string, onMessage: (word: string) => void) {
  let channel: BroadcastChannel | undefined
  try {
    channel = new BroadcastChannel(name)
    channel.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') onMessage(data)
    })
  } catch {
    // This engine has no `BroadcastChannel`.
  }
  return {
    post: (word: string) => channel?.postMessage(word),
    close() {
      channel?.close()
      channel = undefined
    },
  }
}
