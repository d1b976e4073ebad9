import { STACKS, type Stack } from '../stack.js'
import { common } from './common.js'
import { django } from './django.js'
import { express } from './express.js'
import { fastapi } from './fastapi.js'
import type { Fixes } from './fixes.js'
import { flask } from './flask.js'
import { laravel } from './laravel.js'
import { rails } from './rails.js'

/** The fix for each framework. */
export type Fix = Record<Stack, string>

/** The topics of fixes. Several checks may have the same topic. */
export type Topic = keyof typeof common | keyof typeof rails

const fixes: Record<Stack, Fixes> = { django, express, fastapi, flask, laravel, rails }

/** The fixes of a topic, with the real origin instead of the origin in the example. */
export function fixOf(topic: Topic, page: string): Fix {
  const text = (stack: Stack) => ({ ...common, ...fixes[stack] })[topic]
  const own = STACKS.map((stack) => [stack, text(stack).replaceAll('https://app.example.com', () => page)])
  return Object.fromEntries(own)
}
