import type { Check } from '../check.js'

/** Group D: what goes between page, vault, tabs and workers. */
export const channels: Check[] = [
  {
    id: 'D1-post',
    title: 'replaces postMessage of ports and workers',
    arm() {
      for (const { prototype } of [MessagePort, Worker, BroadcastChannel]) hook(prototype, 'postMessage')
    },
  },
  {
    id: 'D1-data',
    title: 'replaces the getters of MessageEvent',
    arm() {
      for (const name of ['data', 'ports', 'source']) hookGetter(MessageEvent.prototype, name)
    },
  },
  {
    id: 'D1-listeners',
    title: 'listens on every port and worker that gets a listener',
    arm() {
      const { addEventListener } = EventTarget.prototype
      EventTarget.prototype.addEventListener = function (this: EventTarget, type: string, ...rest: [never]) {
        if (type === 'message')
          addEventListener.call(this, type, (event) => take((event as MessageEvent).data))
        addEventListener.call(this, type, ...rest)
      }
    },
  },
  {
    id: 'D1-window',
    title: 'listens for messages to the window',
    arm: () => addEventListener('message', ({ data }) => take(data)),
  },
  {
    id: 'D2-broadcast',
    title: 'listens to the broadcast between tabs',
    arm() {
      for (const name of ['tokencell', 'weak'])
        new BroadcastChannel(name).onmessage = ({ data }) => take(data)
    },
  },
  {
    id: 'D2-forged',
    title: 'sends forged messages to the broadcast between tabs, and reads the answers',
    arm() {
      const channel = new BroadcastChannel('tokencell')
      channel.onmessage = ({ data }) => take(data)
      for (const data of ['changed', 'token', { type: 'token' }, null, ['signed-in'], { origins: ['*'] }])
        channel.postMessage(data)
    },
  },
  {
    id: 'D3-locks',
    title: 'reads the names of all locks',
    reap: async () => take(await navigator.locks.query()),
  },
  {
    id: 'D5-constructors',
    title: 'replaces Worker and SharedWorker, and listens to what they make',
    arm() {
      for (const name of ['Worker', 'SharedWorker'] as const) {
        if (!window[name]) continue
        window[name] = new Proxy<never>(window[name] as never, {
          construct(target, args): object {
            take(args)
            const made = Reflect.construct(target, args) as Worker & { port?: MessagePort }
            const port = (made.port ?? made) as Worker
            const { postMessage } = port
            port.postMessage = (...sent: unknown[]) => {
              take(sent)
              return Reflect.apply(postMessage, port, sent)
            }
            port.addEventListener('message', ({ data }: MessageEvent) => take(data))
            return made
          },
        })
      }
    },
  },
  {
    id: 'D5-channel',
    title: 'replaces MessageChannel and BroadcastChannel',
    arm() {
      hook(BroadcastChannel.prototype, 'postMessage')
      const { port1 } = new MessageChannel()
      hook(Object.getPrototypeOf(port1), 'postMessage')
      for (const name of ['MessageChannel', 'BroadcastChannel']) hook(window, name)
    },
  },
]
