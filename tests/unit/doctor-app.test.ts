import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { codeOf } from '../../js/doctor/app/code.js'
import { isSession, isToken } from '../../js/doctor/app/names.js'
import { findingsOf } from '../../js/doctor/app/scan.js'
import { SUBJECTS } from '../../js/doctor/app/subjects.js'
import { run } from '../../js/doctor/command.js'
import type { Terminal } from '../../js/doctor/credentials.js'
import { FOUND } from './doctor-app-found.js'
import { NONE } from './doctor-app-none.js'

const root = path.resolve(import.meta.dirname, '../..')
const JWT = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"1"}').toString('base64url')}.c2lnbmF0dXJl`
const find = (text: string, ending = 'ts', file = `src/file.${ending}`) => findingsOf([{ file, text }])

test.each(FOUND)('%s → %s', (code, subject, ending) => {
  expect(find(code, ending).map(({ id }) => id)).toContain(subject)
})

test.each(NONE)('nothing in %s', (code, ending) => {
  expect(find(code, ending)).toEqual([])
})

test('every subject is found in one of these lines or in a package.json, and has a guide', () => {
  const packages = Object.keys(SUBJECTS).filter((id) => id.startsWith('package.'))
  expect([...new Set([...FOUND.map(([, subject]) => subject), ...packages])].sort()).toEqual(
    Object.keys(SUBJECTS).sort(),
  )
  for (const { guide } of Object.values(SUBJECTS))
    expect([guide, existsSync(path.join(root, guide.replace(/#.*/, '')))]).toEqual([guide, true])
})

test.each([
  ['access_token', true],
  ['userToken', true],
  ['next-auth.session-token', true],
  ['JWT', true],
  ['page-spy-auth-token', true],
  ['csrfToken', false],
  ['nextPageToken', false],
  ['tokenCount', false],
  ['fcm_token', false],
  ['tokenizer', false],
  ['theme', false],
])('%s is the name of a token: %s', (name, expected) => {
  expect(isToken(name)).toBe(expected)
})

test('names of session cookies are recognised', () => {
  expect(['connect.sid', 'sessionid', '_app_session', 'auth', 'remember_token'].map(isSession)).not.toContain(
    false,
  )
  expect(['locale', 'oauth_state', 'session_redirect', 'cart', 'XSRF-TOKEN'].map(isSession)).not.toContain(
    true,
  )
})

test('comments and strings are recognised, and every character keeps its place', () => {
  const bare = (text: string, ending: string) => codeOf(`file.${ending}`, text)[0]?.bare ?? ''
  const code = (text: string, ending: string) => codeOf(`file.${ending}`, text)[0]?.code ?? ''
  expect(code('a // b\nc /* d\ne */ f', 'ts')).toBe('a     \nc     \n     f')
  expect(bare(`a("b // c", \`d \${e("f")} g\`) / h`, 'ts')).toBe(`a("      ", \`  \${e(" ")}  \`) / h`)
  expect(bare('x = /["\'`/]/g; y = 1 / 2 // z', 'ts')).toBe('x = /      /g; y = 1 / 2     ')
  expect(bare(`<a href="#">Don't</a>\n<br />\n<b>{c}</b>`, 'tsx')).toBe(
    `<a href=" ">Don't</a>\n<br />\n<b>{c}</b>`,
  )
  expect(code('<a>https://example.com</a>', 'tsx')).toContain('example.com')
  expect(code('<b>`</b>\n{c /* d */}', 'tsx')).toBe('<b>`</b>\n{c        }')
  expect(
    code('<p>a</p>\n<b :c="d" @e="f()">{{ g }}</b>\n<script>h // i\n</script>', 'vue').split(/\s+/),
  ).toEqual(['', 'd', 'f()', 'g', 'h', ''])
  expect(code('a = "#{b}" # c\n', 'rb')).toBe('a = "#{b}"    \n')
  expect(code("a = '#' # b\n", 'py')).toBe("a = '#'    \n")
  expect(code('<p>a</p><?php b(); // c ?>', 'php').trim()).toBe('<?php b();      ?>')
})

test('a finding has the line, what is special there, and the code', () => {
  const [first, second] = find(
    `// a session\nres.cookie(\n  'sid',\n  id, { httpOnly: true })\nfetch(url)\n`,
    'js',
  )
  expect(first).toMatchObject({
    id: 'server.cookie',
    kind: 'server',
    file: 'src/file.js',
    line: 2,
    code: "res.cookie( 'sid', id, { httpOnly: true })",
    detail: 'without Secure and SameSite',
    guide: 'docs/contract.md#rule-23',
    isTest: false,
  })
  expect(second).toBeUndefined()
})

test('a key of a storage counts in all files if the stored user has a token', () => {
  const files = [
    { file: 'read.js', text: `const user = JSON.parse(localStorage.getItem('user'))` },
    { file: 'header.js', text: `if (user.accessToken) send(user)` },
  ]
  expect(findingsOf(files).map(({ file }) => file)).toEqual(['read.js'])
  expect(findingsOf(files.slice(0, 1))).toEqual([])
})

test('a store that is persisted as a whole counts if a store has a token', () => {
  const files = [
    {
      file: 'store.js',
      text: `import { persistReducer } from 'redux-persist'\npersistReducer({ key: 'root', storage }, reducers)`,
    },
    { file: 'slice.js', text: `createSlice({ name: 'me', initialState: { token: '' } })` },
  ]
  expect(findingsOf(files).map(({ id }) => id)).toEqual(['storage.store', 'store.token'])
  expect(findingsOf(files.slice(0, 1))).toEqual([])
})

test('packages for signing in are found in package.json', () => {
  const dependencies = {
    vue: '3',
    '@sidebase/nuxt-auth': '1',
    '@nuxtjs/auth-next': '5',
    'oidc-client-ts': '3',
  }
  const text = JSON.stringify(
    { name: 'next-auth', dependencies, devDependencies: { 'axios-auth-refresh': '5' } },
    null,
    2,
  )
  expect(findingsOf([{ file: 'web/package.json', text }]).map(({ id, line }) => [id, line])).toEqual([
    ['package.sidebase', 5],
    ['package.nuxtjs', 6],
    ['package.oidc-client', 7],
    ['package.axios-auth-refresh', 10],
  ])
  expect(findingsOf([{ file: 'package.json', text: '{ "dependencies": { "next-auth": ' }])).toEqual([])
})

test.each([
  [`localStorage.setItem('token', '${JWT}')`],
  [`axios.defaults.headers.common['Authorization'] = 'Bearer ${JWT.slice(0, 30)}'`],
  [`localStorage.token = "0123456789abcdef0123456789abcdef"`],
  [`localStorage.setItem('token', 'hunter2-hunter2')`],
  [`headers: { Authorization: 'Bearer hunter22' + token }, // ${JWT}`],
  [`const token = localStorage.getItem('token'), api = 'https://me:hunter22@example.com'`],
  [`if (password === 'hunter22') localStorage.removeItem('token')`],
])('nothing that looks like a secret is printed: %s', (line) => {
  const printed = JSON.stringify(find(line))
  expect(printed).toContain('[redacted]')
  expect(printed).not.toMatch(/eyJ|hunter2|89abcdef/)
})

test('code that never closes a bracket, a comment or a template does not take long', () => {
  const began = Date.now()
  for (const seed of [
    '`${',
    '/*',
    '/a[',
    'localStorage.getItem(',
    'interceptors.request.use(',
    'state: {',
    '<script>',
    '{{',
  ])
    for (const ending of ['ts', 'vue', 'php']) find(`const token = 1\n${seed.repeat(20_000)}`, ending)
  expect(Date.now() - began).toBeLessThan(20_000)
})

async function doctor(...args: string[]) {
  const printed = { out: '', err: '' }
  const stdout = new PassThrough().on('data', (text) => {
    printed.out += text
  })
  const stderr = new PassThrough().on('data', (text) => {
    printed.err += text
  })
  const terminal = { env: {}, stdin: new PassThrough(), stdout, stderr }
  const exitCode = await run(['doctor', ...args], terminal as unknown as Terminal)
  // Streams emit `data` one tick later.
  await new Promise(setImmediate)
  return { exitCode, ...printed }
}

function folder(files: Record<string, string>) {
  const name = mkdtempSync(path.join(tmpdir(), 'tokencell-doctor-app-'))
  onTestFinished(() => rmSync(name, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(name, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(name, file), text)
  }
  return name
}

const LINE = `localStorage.setItem('token', token)\n`

test('the command lists the findings with their places, counts them, and says where to start', async () => {
  const app = folder({
    'src/auth.js': `${LINE}\nhttp.interceptors.request.use((config) => withToken(config, token))\n`,
    'src/App.vue': `<template><p>Hello</p></template>\n<script setup>\n${LINE}</script>\n`,
    'tests/auth.spec.ts': LINE,
  })
  const { exitCode, out, err } = await doctor('--app', app)
  expect([exitCode, err]).toEqual([1, ''])
  expect(out).toContain('3 files read\n')
  expect(out).toContain('A token in localStorage or sessionStorage  storage.web\n')
  expect(out).toContain('    guide    docs/moving/localstorage.md\n')
  expect(out).toContain(`  src/auth.js:1\n    localStorage.setItem('token', token)\n`)
  expect(out).toContain('  src/App.vue:3\n')
  expect(out).toContain('  tests/auth.spec.ts (test): 1\n')
  expect(out).toMatch(/Summary\n {5}3 {2}tokens in web storage\n {5}1 {2}interceptors and retries\n/)
  expect(out.replace(/\s+/g, ' ')).toMatch(
    /Read docs\/moving\/localstorage\.md\. Begin with src\/auth\.js: 2 of 3 findings\./,
  )
  expect(out).toMatch(/\n4 findings, 1 of them in tests\n$/)
  expect(out).not.toContain('\u001b')
})

test('a package decides which page to read first', async () => {
  const app = folder({ 'package.json': '{ "dependencies": { "next-auth": "5" } }', 'src/auth.js': LINE })
  expect((await doctor('--app', app)).out).toContain('Read docs/moving/next-auth-credentials.md')
})

test('`--json` prints the same as data', async () => {
  const app = folder({ 'src/auth.js': LINE })
  const { exitCode, out } = await doctor('--app', app, '--json')
  expect(exitCode).toBe(1)
  expect(JSON.parse(out)).toEqual({
    version: 1,
    app,
    files: 1,
    skipped: 0,
    findings: [expect.objectContaining({ id: 'storage.web', kind: 'storage', file: 'src/auth.js', line: 1 })],
    summary: { storage: 1, cookie: 0, interceptor: 0, header: 0, store: 0, package: 0, server: 0 },
    inTests: 0,
    start: { guide: 'docs/moving/localstorage.md', file: 'src/auth.js', findings: 1, of: 1 },
    exitCode: 1,
  })
})

test('the exit code is 0 if nothing is found', async () => {
  const { exitCode, out } = await doctor('--app', folder({ 'src/main.ts': 'export {}\n' }))
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/\nnothing found\n$/)])
})

test('code of others, large and minified files, and what links lead to are not read', async () => {
  const outside = folder({ 'secret.js': LINE })
  const app = folder({
    'node_modules/a/index.js': LINE,
    'web/dist/main.js': LINE,
    '.nuxt/app.mjs': LINE,
    'vendor/lib.php': `<script>${LINE}</script>`,
    'src/lib.min.js': LINE,
    'src/large.js': LINE + '// padding\n'.repeat(100_000),
    'src/packed.js': LINE.trim() + ';a(1)'.repeat(1000),
    'src/types.d.ts': LINE,
    'src/notes.md': LINE,
    'src/main.ts': 'export {}\n',
  })
  symlinkSync(outside, path.join(app, 'src/linked'))
  symlinkSync(path.join(outside, 'secret.js'), path.join(app, 'src/linked.js'))
  const { exitCode, out } = await doctor('--app', app)
  expect(exitCode).toBe(0)
  expect(out).toContain('1 file read, 3 not read (minified, larger than 1 MB or not readable)\n')
})

test.each([
  [['--app'], '--app needs a value'],
  [['--app', ''], '--app needs a folder'],
  [['--app', 'src', 'http://a.test'], '--app reads files and sends no request: remove the URL'],
  [['--app', 'src', '--anonymous'], '--anonymous has no meaning with --app'],
  [['--app', '/no/such/folder'], '--app /no/such/folder: there is no such folder'],
  [['--app', import.meta.filename], 'there is no such folder'],
])('the exit code is 2 for an invalid command line: %j', async (args, message) => {
  const { exitCode, out, err } = await doctor(...args)
  expect([exitCode, out]).toEqual([2, ''])
  expect(err).toContain(message)
})

test('with `--json`, an invalid command line is data as well', async () => {
  const { out } = await doctor('--json', '--app', '/no/such/folder')
  expect(JSON.parse(out)).toMatchObject({ version: 1, exitCode: 2, error: { kind: 'usage' } })
})
