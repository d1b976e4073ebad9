import { STACKS, type Stack } from '../stack.js'
import { common } from './common.js'
import { django } from './django.js'
import { express } from './express.js'
import { fastapi } from './fastapi.js'
import { flask } from './flask.js'
import { laravel } from './laravel.js'
import type { Mends } from './mends.js'
import { rails } from './rails.js'

/** What is to be done, by what an API is made with. */
export type Fix = Record<Stack, string>

/** What there is a mend for: several checks may have the same. */
export type Topic = keyof typeof common | keyof typeof rails

const mends: Record<Stack, Mends> = { django, express, fastapi, flask, laravel, rails }

/** The mends of a topic, with the real origin in place of the example's. */
export function fixOf(topic: Topic, page: string): Fix {
  const text = (stack: Stack) => ({ ...common, ...mends[stack] })[topic]
  const own = STACKS.map((stack) => [stack, text(stack).replaceAll('https://app.example.com', () => page)])
  return Object.fromEntries(own)
}
