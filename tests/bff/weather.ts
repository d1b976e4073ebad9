import type { Fault } from '../../examples/api/src/fault.js'
import type { Random } from '../random.js'

/** The fault for one request at the API, or `undefined` for none. */
export type Weather = Omit<Fault, 'route'> | undefined

interface Climate {
  random: Random
  /** The longest time that a response takes, in milliseconds. */
  slowest: number
  /** Whether some responses are lost completely after the API has rotated the token. */
  losesAnswers: boolean
}

/**
 * The faults of the refreshes of one user: slow before or after the rotation, refused by a gateway, or interrupted in the
 * middle of the response. If whole responses are lost, it is the first one, and one in each later session.
 */
export function createWeather({ random, slowest, losesAnswers }: Climate) {
  let untilLoss = 1
  return (): Weather => {
    untilLoss -= 1
    const millis = Math.floor(random() * (random() < 0.2 ? slowest : 500))
    if (losesAnswers && untilLoss === 0) {
      // If the API ends the session, at least two more refreshes follow until it has ended.
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

/** The faults of requests for data. */
export function weatherOfData(random: Random): Weather {
  if (random() < 0.05) return { kind: 'status', status: 503 }
  return { kind: 'delay', millis: Math.floor(random() ** 3 * 200) }
}
