import type { Session } from './session.js'

type Outcome<Value> = { value: Value } | { error: string }

/** A tab, with the methods of Playwright's `Page` that the tests use. */
export class Tab {
  readonly handle: string
  readonly #session: Session
  #questions = 0
  #visits = 0

  constructor(session: Session, handle: string) {
    this.#session = session
    this.handle = handle
  }

  goto(url: string) {
    return this.#navigate('/url', { url })
  }

  reload() {
    return this.#navigate('/refresh')
  }

  goBack() {
    return this.#navigate('/back')
  }

  async close() {
    await this.#session.command(this.handle, 'DELETE', '/window')
  }

  /**
   * Runs the function in the page and resolves with its result. Starting it and fetching the result are separate commands,
   * because a driver that waits for a promise executes no other command, also for other tabs.
   */
  async evaluate<Value, Arg>(run: (arg: Arg) => Value | Promise<Value>, arg?: Arg): Promise<Value> {
    const id = ++this.#questions
    await this.#run(`
      const answers = window[Symbol.for('answers')] ??= {}
      Promise.resolve().then(() => (${run})(${JSON.stringify(arg) ?? ''})).then(
        (value) => { answers[${id}] = JSON.stringify({ value }) },
        (error) => { answers[${id}] = JSON.stringify({ error: String(error) }) },
      )
      answers[${id}] = ''`)
    for (;;) {
      const answer = await this.#run<string>(`return window[Symbol.for('answers')]?.[${id}] ?? null`)
      if (answer === null) throw new Error('The page went away before it answered')
      if (answer) return settle(JSON.parse(answer) as Outcome<Value>)
      await pause()
    }
  }

  async waitForFunction(isTrue: () => unknown) {
    while (!(await this.evaluate(isTrue))) await pause()
  }

  /** Navigates and waits for `complete`. The driver of WebKit reports success before the modules of the page have run. */
  async #navigate(path: string, body?: object) {
    const visit = ++this.#visits
    await this.#run(`window[Symbol.for('left')] = ${visit}`)
    await this.#command(path, body)
    // A page from the back/forward cache has the mark of an earlier navigation.
    const isThere = `return window[Symbol.for('left')] !== ${visit} && document.readyState === 'complete'`
    while (!(await this.#run<boolean>(isThere))) await pause()
  }

  #run<Value>(script: string) {
    return this.#command<Value>('/execute/sync', { script, args: [] })
  }

  #command<Value>(path: string, body: object = {}) {
    return this.#session.command<Value>(this.handle, 'POST', path, body)
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 10))

function settle<Value>(outcome: Outcome<Value>): Value {
  if ('error' in outcome) throw new Error(outcome.error)
  return outcome.value
}
