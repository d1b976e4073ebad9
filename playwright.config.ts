import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import { engine, missing, testedChromium } from './scripts/browsers.mjs'
import type { Served } from './tests/apps.js'
import type { Where } from './tests/e2e/site.js'
import type { Place } from './tests/systems/build-pages.js'
import type { EngineName } from './tests/webdriver/driver.js'

const inChromium = {
  browserName: 'chromium' as const,
  launchOptions: {
    executablePath: testedChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ],
  },
}

const inFirefox = {
  browserName: 'firefox' as const,
  // The channel drives the Firefox of the distribution over WebDriver BiDi; without it, only Playwright's own will do.
  channel: 'moz-firefox',
  // Without one, whoever runs these learns from Playwright that there is none.
  launchOptions: missing('firefox') ? {} : { executablePath: engine('firefox').browser },
}

const places = ['page', 'worker', 'shared'] as const

/** Tests of users: what `tokencell/testing/playwright`, `page.route` and MSW do with each place of the vault. */
const ofTesting = Object.entries({ chromium: inChromium, firefox: inFirefox }).flatMap(([engine, use]) =>
  places.map((where) => ({
    name: `testing-${engine}-${where}`,
    testDir: 'tests/testing',
    use: { ...use, where },
  })),
)

/** Scripts that attack each place of the vault; then the table of the docs is compared. */
const ofAttacks = [
  ...Object.entries({ chromium: inChromium, firefox: inFirefox }).flatMap(([engine, use]) =>
    ([...places, 'bff'] as const).map((place) => ({
      name: `attacks-${engine}-${place}`,
      testDir: 'tests/attacks',
      testMatch: 'attacks.spec.ts',
      use: { ...use, place },
    })),
  ),
  { name: 'attacks-mutations', testDir: 'tests/attacks', testMatch: 'mutations.spec.ts', use: inChromium },
  {
    name: 'attacks-table',
    testDir: 'tests/attacks',
    testMatch: 'table.spec.ts',
    dependencies: [...places, 'bff'].map((place) => `attacks-chromium-${place}`),
  },
]

const isFull = Boolean(process.env.TOKENCELL_FULL)

/**
 * Where the stories of the four systems are told: in each place, and behind a BFF. In the quick run, in the shared vault, and
 * in Chromium behind a BFF; in Firefox only those of one system, because the systems differ in their servers.
 */
const placesOfSystems = (engine: string): Place[] =>
  isFull ? [...places, 'bff'] : engine === 'chromium' ? ['shared', 'bff'] : ['shared']

const ofSystems = Object.entries({ chromium: inChromium, firefox: inFirefox }).flatMap(([engine, use]) =>
  placesOfSystems(engine).map((where) => ({
    name: `systems-${engine}-${where}`,
    testDir: 'tests/systems',
    testMatch: isFull || engine === 'chromium' ? '*.spec.ts' : 's1.spec.ts',
    testIgnore: where === 'bff' ? '**/stories/**' : 'bff*.spec.ts',
    use: { ...use, where },
    ...(isFull ? {} : { grepInvert: /@full/ }),
  })),
)

/** Faults between the browser and the API, or the server of an application. */
const ofFaults = Object.entries({ chromium: inChromium, firefox: inFirefox }).flatMap(([engine, use]) =>
  [...places, 'bff' as const].map((where) => ({
    name: `faults-${engine}-${where}`,
    testDir: 'tests/faults',
    [where === 'bff' ? 'testMatch' : 'testIgnore']: '**/bff-*.spec.ts',
    use: { ...use, ...(where === 'bff' ? {} : { where }) },
    ...(isFull ? {} : { grepInvert: /@full/ }),
  })),
)

const specs = (names: string) => names.split(' ').map((name) => `${name}.spec.ts`)

/** What the core decides, wherever it runs: the quick run tries it in the shared vault of Chromium. */
const ofCore = specs(
  'bad-input clients csrf demands hand-over headers presets refresh requests secrets sign-out slow-api wire',
)
/** A dedicated worker has the same port as a shared one. */
const ofPort = specs('canary fetch fetch-parity/fetch-parity responses sockets streams')

const ignored: Record<Where, string[]> = {
  page: specs('example guards'),
  worker: specs('example guards shared-state'),
  shared: specs('shared-state'),
}

/** The example and the guards: code above the vault, which no browser treats in its own way. */
const ofApplication = specs('example guards')

function ignoredInQuickRun(name: string, where: Where) {
  if (name === 'chromium-shared') return []
  return [...ofCore, ...ofApplication, ...(where === 'worker' ? ofPort : [])]
}

/** `@full` is for the full run. In the quick one, `@slow` (waits for time to pass) runs in one project. */
const leftOut = (name: string) => (name === 'chromium-shared' ? /@full/ : /@full|@slow/)

/** What depends on the place runs in each. The example has one of its own; a page can hold two traces side by side. */
const project = <Use extends object>(name: string, where: Where, use: Use) => ({
  name,
  use: { ...use, where },
  testIgnore: [...ignored[where], ...(isFull ? [] : ignoredInQuickRun(name, where))],
  ...(isFull ? {} : { grepInvert: leftOut(name) }),
})

/** Engines that Playwright does not speak to; these tests bring a driver of their own. */
const overWebDriver = (engine: EngineName, where: Where) => ({
  name: `${engine}-${where}`,
  testDir: 'tests/webdriver',
  use: { engine, where, browserName: 'webkit' as const },
})

/**
 * A development server is so slow with two hundred users that the grace of a token ends before its answer is read. Two of them share
 * no session, because the name of the cookie has the port.
 */
const notOf = (served: Served) =>
  served.endsWith('-dev') ? ['**/*soak.spec.ts', '**/bff/instances.spec.ts'] : []

/** The example of Next, on a server of its own for each worker. */
const next = (
  served: Served,
  testMatch = ['bff/*.spec.ts', 'next/!(unguarded|cache-components).spec.ts'],
) => ({
  name: served.startsWith('next-') ? served : `next-${served}`,
  testDir: 'tests',
  testMatch: testMatch.map((glob) => `**/tests/${glob}`),
  testIgnore: notOf(served),
  use: { ...inChromium, served },
  ...(isFull ? {} : { grepInvert: /@full/ }),
})

/** Likewise that of Nuxt. */
const nuxt = (served: Served, folders: string[]) => ({
  name: `nuxt-${served}`,
  testDir: 'tests',
  testMatch: folders.map((folder) => `**/tests/${folder}/*.spec.ts`),
  testIgnore: notOf(served),
  use: { ...inChromium, served },
  ...(isFull ? {} : { grepInvert: /@full/ }),
})

const nuxtElsewhere = [
  {
    name: 'nuxt-bff-firefox',
    testDir: 'tests/nuxt',
    testMatch: 'flow.spec.ts',
    use: { ...inFirefox, served: 'bff' as const },
  },
  {
    name: 'nuxt-bff-webkit',
    testDir: 'tests/nuxt-webdriver',
    use: { engine: 'webkit' as const, browserName: 'webkit' as const },
  },
]

/** On the hosts that people deploy to: workerd, which is driven without a browser, and nginx. */
const hosts = [
  { name: 'nuxt-workerd', testDir: 'tests/hosts', testMatch: '*-workerd.spec.ts' },
  {
    name: 'nuxt-nginx',
    testDir: 'tests/hosts',
    testMatch: '{nuxt,instances}.spec.ts',
    use: { ...inChromium, served: 'bff' as const },
  },
  {
    name: 'nuxt-nginx-folder',
    testDir: 'tests/hosts',
    testMatch: 'nuxt.spec.ts',
    use: { ...inChromium, served: 'bff' as const, folder: '/field' },
  },
]

/** The whole flow against Rails with Devise. Over TLS, WebKit takes its cookies. */
const rails = [
  {
    name: 'rails-chromium',
    testDir: 'tests/rails',
    testIgnore: 'webkit.spec.ts',
    // In the quick run what Rails itself answers.
    ...(isFull
      ? {}
      : { testMatch: specs('backfill concurrency guessing limits sign-out'), grepInvert: /@full/ }),
    use: inChromium,
  },
  {
    name: 'rails-firefox',
    testDir: 'tests/rails',
    // The others drive no browser, or the page that Chromium drives.
    testIgnore:
      /(backfill|cable|concurrency|devise-jwt|doctor|example|guessing|hybrid|limits|production|sign-out|webkit|wire)\.spec\.ts$/,
    use: inFirefox,
  },
  {
    name: 'rails-webkit',
    testDir: 'tests/rails',
    testMatch: 'webkit.spec.ts',
    use: { engine: 'webkit' as const, where: 'shared' as const, browserName: 'webkit' as const },
  },
]

/** The servers that others have written; in the quick run one of them. */
const ofBackends = (['shared', 'page'] as const).map((where) => ({
  name: `backends-${where}`,
  testDir: 'tests/backends',
  // Those that open pages of their own, with vaults in them.
  testIgnore: where === 'page' ? ['doctor.spec.ts', 'foreign.spec.ts'] : [],
  use: { ...inChromium, where },
}))

export default defineConfig<{ where: Place }, { engine: EngineName; served: Served; folder: string }>({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  // Most of the time a test waits: for a token to expire, for a slow API, for a browser to start.
  workers: 2 * availableParallelism(),
  reporter: [['line']],
  timeout: 60_000,
  expect: { timeout: 20_000 },
  projects: [
    ...places.map((where) => project(`chromium-${where}`, where, inChromium)),
    ...places.map((where) => project(`firefox-${where}`, where, inFirefox)),
    ...ofTesting,
    ...ofSystems,
    ...ofFaults,
    ...ofAttacks,
    ...places.map((where) => overWebDriver('webkit', where)),
    ...places.map((where) => overWebDriver('wpe', where)),
    ...(['turbopack', 'webpack', 'turbopack-dev', 'webpack-dev'] as const).map((served) => next(served)),
    next('unguarded', ['next/unguarded.spec.ts']),
    ...(['cache-components', 'cache-components-dev'] as const).map((served) =>
      next(served, ['next/cache-components.spec.ts']),
    ),
    next('standalone', ['hosts/{next,instances}.spec.ts']),
    ...(['bff', 'bff-dev'] as const).map((served) => nuxt(served, ['bff', 'nuxt'])),
    ...nuxtElsewhere,
    ...hosts,
    ...rails,
    ...ofBackends,
    // The demo in the built documentation.
    { name: 'site-chromium', testDir: 'tests/site', use: inChromium },
    { name: 'site-firefox', testDir: 'tests/site', use: inFirefox },
    ...(['vault', 'vault-dev', 'generated'] as const).map((served) => nuxt(served, ['nuxt-vault'])),
    ...(['next-15', 'next-15-edge'] as const).map((served) => next(served, ['{bff,next}/session.spec.ts'])),
  ],
})
