import type { Code } from '../code.js'
import { lineOf } from '../lines.js'
import type { Hit } from '../subjects.js'
import { backendCookies } from './backend-cookies.js'
import { headers } from './headers.js'
import { interceptors } from './interceptors.js'
import { persisted } from './persisted.js'
import { scriptCookies } from './script-cookies.js'
import { serverCookies } from './server-cookies.js'
import { storage } from './storage.js'
import { stores } from './stores.js'

const OF_SCRIPTS = [storage, persisted, scriptCookies, interceptors, headers, stores, serverCookies]

/** Everything in some code that tokencell replaces, in the order of the file, at most once in a line for each subject. */
export function hitsOf(code: Code): Hit[] {
  const rules = code.language === 'script' ? OF_SCRIPTS : [backendCookies]
  const lines = new Map<string, Hit>()
  for (const hit of rules.flatMap((rule) => [...rule(code)])) {
    const place = `${hit.id} ${lineOf(code.text, hit.at)}`
    if (!lines.has(place)) lines.set(place, hit)
  }
  return [...lines.values()].sort((a, b) => a.at - b.at)
}
