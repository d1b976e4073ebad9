/**
 * Runs in the page: sends the vault values that are not messages, and hostile messages. Uses its own connection to the
 * shared vault, or the client's connection to the worker. Resolves when the vault has processed them.
 */
export async function attack({ api, outside }: { api: string; outside: string }) {
  const [honest] = ports
  const url = performance
    .getEntriesByType('resource')
    .find(({ name }) => name.includes('/auth.vault.js'))?.name
  const options = { type: 'module', extendedLifetime: true } as const
  const own = honest instanceof MessagePort
  const target = own ? new SharedWorker(url ?? '/auth.vault.js', options).port : (honest as Worker)
  const settled = new Map<number, (type: string) => void>()
  target.addEventListener('message', (event) => {
    const { id, type } = (event as MessageEvent).data
    if (type !== 'chunk') settled.get(id)?.(type)
  })
  if (own) (target as MessagePort).start()
  const say = (message: unknown) => target.postMessage(message)
  const id = (() => {
    let last = 1_000_000
    return () => ++last
  })()
  const get = (url: string, init: object = {}) => ({
    type: 'fetch',
    id: id(),
    request: { url, init },
    body: null,
  })

  const noMessages = [
    null,
    undefined,
    0,
    10n,
    '',
    'hello',
    [],
    {},
    new Map([['type', 'hello']]),
    new Error('hello'),
    { type: {} },
    { type: 'config', origins: [outside] },
    { type: 'token', id: id() },
    { type: '__proto__' },
    { type: 'constructor' },
    { type: 'hello' },
    { type: 'hello', version: '1', restored: false },
    { type: 'hello', version: 3, restored: false, origins: [outside] },
    { type: 'fetch', id: id(), request: null, body: null },
    { type: 'run', id: id(), command: 'signIn', argument: null, signIn: outside },
    { type: 'run', id: id(), command: 7, argument: null },
    JSON.parse('{ "__proto__": { "type": "run", "id": 1, "command": "signOut", "argument": null } }'),
    JSON.parse(
      '{ "type": "run", "id": 1, "command": "ready", "argument": null, "__proto__": { "then": 1 } }',
    ),
  ]
  const hostile = [
    { type: 'hello', version: 0, restored: false },
    ...Array(100).fill({ type: 'hello', version: 3, restored: true }),
    { type: 'hello', version: 3, restored: false },
    { type: 'bye' },
    { type: 'fetch', id: id(), request: {}, body: null },
    { type: 'fetch', id: id(), request: { url: '::', init: null }, body: null },
    { type: 'fetch', id: id(), request: { url: api, init: { method: 'POST' } }, body: { form: 7 } },
    { type: 'fetch', id: id(), request: { url: api, init: { method: 'POST' } }, body: { form: [null] } },
    ...[
      ['signIn', { credentials: { json: '{' }, by: undefined }],
      ['signIn', { credentials: { form: {} } }],
      ['signIn', null],
      ['signIn', { credentials: null }],
      ['signIn', { credentials: { json: '{}' }, by: '__proto__' }],
      ['signIn', { credentials: { json: '{}' }, by: `${outside}/outside` }],
      ['ticket', `${outside}/outside`],
      ['ticket', 'javascript:1'],
      ['ticket', null],
      ['constructor', undefined],
      ['__proto__', undefined],
    ].map(([command, argument]) => ({ type: 'run', id: id(), command, argument })),
    { type: 'run', id: Number.NaN, command: 'signIn', argument: null },
    { type: 'abort', id: Number.MAX_VALUE },
    { type: 'pull', id: -1, count: Number.NaN },
    { type: 'cookie', name: '__proto__', value: { evil: true } },
    get(`${outside}/outside`),
    get(`${outside}/outside`, { headers: [['x-probe', '1']], mode: 'no-cors' }),
    get('javascript:1'),
    get('data:,x'),
    ...['GET', 'PUT', 'DELETE', 'TRACE'].map((method) => get(`${api}/api/v1/refresh`, { method })),
    ...['GET', 'PUT'].map((method) => get(`${api}/api/v1/login`, { method })),
    get(`${api}/api/v1/me`, { headers: [['authorization', 'Bearer mine']] }),
  ]
  const answers = hostile
    .filter((message) => 'id' in message && (message.type === 'fetch' || message.type === 'run'))
    .map((message) => new Promise<string>((resolve) => settled.set(message.id as number, resolve)))
  for (const message of [...noMessages, ...hostile]) say(message)
  for (let count = 0; count < 10_000; count++)
    say(count % 2 ? { type: 'nonsense', count } : { type: 'ping', calls: [count] })
  return Promise.all(answers)
}
