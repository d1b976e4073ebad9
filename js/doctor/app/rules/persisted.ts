import type { Code } from '../code.js'
import { hasToken, isAccount, isToken } from '../names.js'
import type { Hit } from '../subjects.js'
import { STORE, tokenMember } from './members.js'

/** Stores with a token that a plugin writes into a storage. */
export function* persisted(code: Code): Generator<Hit> {
  yield* pinia(code)
  yield* zustand(code)
  yield* redux(code)
  yield* vuex(code)
}

const hit = (at: number): Hit => ({ id: 'storage.store', at })

/** `persist: true`, or `persist: { pick: ['token'] }`. */
function* pinia(code: Code): Generator<Hit> {
  for (const found of code.find(/\bdefineStore\s*(?:<[^()]{0,200}>)?\(/g)) {
    const store = code.inside(found.index + found[0].length - 1)
    const option = /\bpersist\s*:\s*(?!false\b)(\{|\[)?/.exec(code.bare.slice(store.start, store.end))
    if (!option) continue
    const at = store.start + option.index
    const value = option[1] ? code.inside(at + option[0].length - 1).text : ''
    const names = chosen(value, 'pick|paths')
    if (
      names
        ? names.some((name) => isToken(name))
        : hasToken(without(store.text, chosen(value, 'omit'))) && hasMember(code, store.start, store.end)
    )
      yield hit(at)
  }
}

/** `persist(…)` of zustand, without a `partialize` that leaves the token out. */
function* zustand(code: Code): Generator<Hit> {
  if (!code.imports('zustand')) return
  for (const found of code.find(/\bpersist\s*(?:<[^()]{0,200}>)?\(/g)) {
    const store = code.inside(found.index + found[0].length - 1)
    if (!hasMember(code, store.start, store.end)) continue
    const partial = /\bpartialize\s*:/.exec(code.bare.slice(store.start, store.end))
    const rest = partial ? code.code.slice(store.start + partial.index, store.end) : store.text
    if (hasToken(rest)) yield hit(found.index)
  }
}

/** redux-persist. The reducers are in other files, so their names decide. */
function* redux(code: Code): Generator<Hit> {
  if (
    !code.imports('redux-persist', 'redux-persist-.*') ||
    /\bAsyncStorage\b|EncryptedStorage/.test(code.bare)
  )
    return
  const found = code.find(/\bpersist(?:Combine)?Reducers?\s*(?:<[^()]{0,200}>)?\(/g)[0]
  if (!found) return
  const whitelist = chosen(code.code, 'whitelist')
  const names =
    whitelist ??
    without(code.bare, chosen(code.code, 'blacklist')).match(/\w+(?=\s*:)|\w+(?=Reducer\b|Slice\b)/g) ??
    []
  const key = code.literal(/\bkey\s*:\s*([^,\n}]+)/.exec(code.code)?.[1]?.trim() ?? '') ?? ''
  if ([...names, key].some((name) => isToken(name) || isAccount(name))) yield hit(found.index)
  // Everything is persisted, and another file has the token.
  else if (!whitelist) yield { ...hit(found.index), ifKey: STORE }
}

/** vuex-persistedstate and vuex-persist. */
function* vuex(code: Code): Generator<Hit> {
  if (!code.imports('vuex-persistedstate', 'vuex-persist')) return
  for (const found of code.find(
    /\bcreatePersistedState\s*\(|\bnew\s+Vuex[pP]ersist\w*\s*(?:<[^()]{0,200}>)?\(/g,
  )) {
    const options = code.inside(found.index + found[0].length - 1).text
    const names = chosen(options, 'paths|modules')?.flatMap((name) => name.split('.'))
    const isFound = names
      ? names.some((name) => isToken(name) || isAccount(name))
      : tokenMember(code, 0, code.code.length) !== undefined ||
        /\b(?:auth|user|session)\b\s*[,:}]/.test(code.bare)
    if (isFound) yield hit(found.index)
  }
}

const hasMember = (code: Code, start: number, end: number) => tokenMember(code, start, end) !== undefined

/** The names in a list such as `pick: ['token']`; undefined without such a list. */
function chosen(code: string, options: string): string[] | undefined {
  const [, list] = new RegExp(`\\b(?:${options})\\s*:\\s*\\[([^\\]]*)\\]`).exec(code) ?? []
  return list?.match(/[\w.]+/g) ?? (list === undefined ? undefined : [])
}

/** The code without the names that are left out of the storage. */
const without = (code: string, names: string[] | undefined) =>
  names?.length ? code.replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), '') : code
