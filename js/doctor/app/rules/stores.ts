import type { Code } from '../code.js'
import { hasToken, isAboutSignIn, isToken } from '../names.js'
import type { Hit } from '../subjects.js'
import { STORE, tokenMember } from './members.js'
import { isOfNode } from './node.js'

const VUEX = /\bnew\s+(?:Vuex\s*\.\s*)?Store\s*(?:<[^()]{0,200}>)?\(|\bcreateStore\s*(?:<[^()]{0,200}>)?\(/g
const PINIA = /\bdefineStore\s*(?:<[^()]{0,200}>)?\(/g
const REDUX = /\bcreateSlice\s*(?:<[^()]{0,200}>)?\(/g
const ZUSTAND =
  /(?<![\w$.])(?:create|createStore|createWithEqualityFn)\s*(?:<[^()]{0,200}>)?\(\s*(?:\)\s*\()?/g
/** One value: an atom, a store of Svelte, a state of Nuxt or of a component of React. */
const ATOM =
  /\b(?:const|let|var)\s+(\w+)\s*(?::[^=\n]{1,200})?=\s*(?:atom|writable|signal|createSignal|useState|observable|\$state)\s*(?:<[^()]{0,200}>)?\(/g
const STATE = /\[\s*([\w$]+)\s*,\s*set[\w$]*\s*\]\s*=\s*(?:React\s*\.\s*)?useState\s*(?:<[^()]{0,200}>)?\(/g
const PROVIDER = /\bvalue\s*=\s*\{\s*\{/g
const JWT_DECODE = /\bfrom\s*['"]jwt-?_?decode['"]|\b(?:require|import)\s*\(\s*['"]jwt-?_?decode['"]/g
const BY_HAND = /\.\s*split\s*\(\s*['"]\.['"]\s*\)\s*(?:\?\.)?\s*\[\s*1\s*\]/g

/** Tokens in stores and contexts, and JWTs that are decoded. */
export function* stores(code: Code): Generator<Hit> {
  const found = new Set<number>()
  for (const pattern of [PINIA, VUEX, REDUX, ...(code.imports('zustand') ? [ZUSTAND] : [])])
    for (const { 0: text, index } of code.find(pattern)) {
      const { start, end } = code.inside(index + text.length - 1)
      add(tokenMember(code, start, end))
    }
  for (const state of states(code)) add(tokenMember(code, state.start, state.end))
  for (const { 1: name = '', index } of [...code.find(ATOM), ...code.find(STATE)])
    if (isToken(name) && isAboutSignIn(code.code + code.file)) add(index)
  if (/\bcreateContext\b/.test(code.bare))
    for (const { 0: text, index } of code.find(PROVIDER)) add(shared(code, index + text.length - 1))

  function add(at: number | undefined) {
    if (at !== undefined) found.add(at)
  }
  for (const at of found) yield { id: 'store.token', at, key: STORE }
  yield* decoded(code)
}

/** The states of reducers and of modules of Vuex, which are objects of their own. */
function states(code: Code) {
  if (
    !/\bmutations\b|\bcommit\s*\(|\bcreateSlice\b|\baction\s*\.\s*(?:type|payload)\b|\breducers?\b/i.test(
      code.bare,
    )
  )
    return []
  const pattern =
    /\b(?:const|let|var)\s+(?:\w*[sS]tate|INITIAL_STATE|defaults?)\s*(?::[^=]{1,200})?=\s*(?:\(\s*\)\s*=>\s*\(?\s*)?\{|\bstate\s*(?::|=)\s*(?:\(\s*\)\s*=>\s*\(?\s*)?\{|\bstate\s*\(\s*\)\s*\{/g
  return code.find(pattern).map(({ 0: text, index }) => code.inside(index + text.length - 1))
}

/** The place of a token in the value of a context: `value={{ user, token }}`. */
function shared(code: Code, open: number): number | undefined {
  return code.list(open).find(({ text }) => isToken(/^([\w$]+)\s*(?::|$)/.exec(text)?.[1] ?? ''))?.start
}

function* decoded(code: Code): Generator<Hit> {
  for (const { index } of code.find(JWT_DECODE))
    if (!/\bimport\s+type\s*\{[^}]*\}\s*$/.test(code.before(index, 200))) yield { id: 'store.jwt', at: index }
  if (isOfNode(code)) return
  // With the keys to sign or to verify, it is code of a server.
  if (code.imports('jsonwebtoken') && !/\b(?:sign|verify)\s*\(/.test(code.bare))
    for (const { index } of code.find(/\b(?:jwt|jsonwebtoken)\s*\.\s*decode\s*\(/g))
      yield { id: 'store.jwt', at: index }
  for (const { index } of code.find(BY_HAND)) {
    const near = code.code.slice(Math.max(index - 200, 0), index + 300)
    if (/\batob\b|base64/i.test(near) && hasToken(near)) yield { id: 'store.jwt', at: index }
  }
}
