/** What the idle limit needs from its vault. */
interface Dependencies {
  name: string
  /** When the user did something last, in milliseconds since the epoch. */
  last: number
  /** Stores that time. */
  store(at: number): void
  /** How long the user may do nothing, in milliseconds. */
  after: number
  /** How long before the end the warning begins, in milliseconds. */
  warn: number
  isSignedIn(): boolean
  /** Called when the warning begins or ends. */
  onChange(): void
  onWarning(endsAt: number): void
  /** Called when the user has done nothing for too long. */
  onEnd(): void
}

/** How often other vaults are informed at most. In milliseconds. */
const TOLD_EVERY = 1000

/**
 * The idle limit: one clock for all vaults of a browser. The time of the last activity is stored, so that a session does not
 * survive a closed browser longer than the limit.
 */
export function createIdleLimit(dependencies: Dependencies) {
  const { name, after, warn, isSignedIn, onChange, onWarning, onEnd } = dependencies
  const channel = new BroadcastChannel(`${name} idle`)
  let { last } = dependencies
  let told = 0
  let warning: { readonly endsAt: number } | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Decides what is due, and sets the timer for what comes next. Timers may be late, so it looks at the clock. */
  function check() {
    clearTimeout(timer)
    const endsAt = last + after
    const now = Date.now()
    if (!isSignedIn()) return setWarning(null)
    if (now >= endsAt) return onEnd()
    const isWarning = now >= endsAt - warn
    setWarning(isWarning ? { endsAt } : null)
    timer = setTimeout(check, Math.min((isWarning ? endsAt : endsAt - warn) - now, MAX_DELAY))
  }

  function setWarning(next: typeof warning) {
    if (warning?.endsAt === next?.endsAt) return
    warning = next
    onChange()
    if (next) onWarning(next.endsAt)
  }

  function restart() {
    // A user whose time is over is signed out first, even if the timer is late.
    if (isSignedIn() && Date.now() >= last + after) return check()
    last = Date.now()
    if (last - told >= TOLD_EVERY) {
      told = last
      channel.postMessage(last)
      dependencies.store(last)
    }
    check()
  }

  channel.onmessage = ({ data }) => {
    // Any script of the page can post here, so a message can only restart the time, as a request does.
    if (!(typeof data === 'number' && data > last && data <= Date.now())) return
    last = data
    check()
  }

  return {
    get warning() {
      return warning
    },
    /** Whether the time is over, for a session that this vault has not restored yet. */
    isOver: () => Date.now() >= last + after,
    /** The user has done something. */
    restart,
    /** To be called when the session has changed. */
    check,
    close() {
      clearTimeout(timer)
      channel.close()
    },
  }
}

/** Timers count in 32 bits. In milliseconds. */
const MAX_DELAY = 2 ** 31 - 1
