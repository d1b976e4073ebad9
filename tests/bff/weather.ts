import type { Fault } from '../../examples/api/src/fault.js'
import type { Random } from '../random.js'

/** What becomes of one request at the API, if anything but the usual does. */
export type Weather = Omit<Fault, 'route'> | undefined

interface Climate {
  random: Random
  /** How long an answer takes at most, in milliseconds. */
  slowest: number
  /** Whether it is to happen that the API rotates a token, and its whole answer is lost. */
  losesAnswers: boolean
}

/**
 * What happens to the refreshes of one user: they are slow before or after the token is rotated, refused by a gateway, or
 * broken off in the middle of the answer. Where whole answers are lost, it is the first one, and one of each later session.
 */
export function createWeather({ random, slowest, losesAnswers }: Climate) {
  let untilLoss = 1
  return (): Weather => {
    untilLoss -= 1
    const millis = Math.floor(random() * (random() < 0.2 ? slowest : 500))
    if (losesAnswers && untilLoss === 0) {
      // Two more, at least, until the session has ended, if the API ends it.
      untilLoss = 4 + Math.floor(random() * 2)
      return { kind: 'drop', millis }
    }
    const dice = random()
    if (dice < 0.1) return { kind: 'status', status: 503 }
    if (dice < 0.2) return { kind: 'cut', millis }
    if (dice < 0.5) return { kind: 'delay', millis }
    return dice < 0.7 ? { kind: 'delayBefore', millis } : undefined
  }
}

/** What happens to requests for data. */
export function weatherOfData(random: Random): Weather {
  if (random() < 0.05) return { kind: 'status', status: 503 }
  return { kind: 'delay', millis: Math.floor(random() ** 3 * 200) }
}
