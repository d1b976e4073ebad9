import { existsSync, readdirSync } from 'node:fs'

/**
 * The browsers that the tests drive, and their parts. A part is searched with `variable`, which has priority, then by `names`
 * in the folders of PATH, then at `places`, which is a function if the paths are known only after the installation. If there
 * is a `trial`, the first part is started with these arguments and must end with exit code 0.
 */
export const engines = {
  chromium: {
    title: 'Chromium or Chrome',
    parts: {
      browser: {
        variable: 'TOKENCELL_CHROMIUM',
        names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
        places: [
          '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
          '/Applications/Chromium.app/Contents/MacOS/Chromium',
        ],
      },
    },
    debian: ['chromium'],
    mac: 'brew install --cask google-chrome',
  },
  firefox: {
    title: 'Firefox',
    parts: {
      browser: {
        variable: 'TOKENCELL_FIREFOX',
        names: ['firefox-esr', 'firefox'],
        places: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
      },
    },
    debian: ['firefox-esr'],
    mac: 'brew install --cask firefox',
  },
  webkit: {
    title: 'WebKitGTK',
    parts: {
      driver: { variable: 'TOKENCELL_WEBKIT', names: ['WebKitWebDriver'] },
      browser: { variable: 'TOKENCELL_WEBKIT_BROWSER', places: libraries('webkit2gtk-4.1/MiniBrowser') },
      display: { variable: 'TOKENCELL_XVFB', names: ['Xvfb'] },
    },
    debian: ['webkit2gtk-driver', 'xvfb'],
  },
  wpe: {
    title: 'WPE WebKit',
    parts: {
      driver: { variable: 'TOKENCELL_WPE', names: ['WPEWebDriver'] },
      browser: { variable: 'TOKENCELL_WPE_BROWSER', places: libraries('wpe-webkit-1.1/MiniBrowser') },
    },
    // The package of the driver does not install the engine; cog does.
    debian: ['wpewebkit-driver', 'cog'],
  },
}

/** The other programs for the tests of servers: a store that instances share, a cache in front of them, and another API. */
export const servers = {
  redis: {
    title: 'Redis',
    parts: { server: { variable: 'TOKENCELL_REDIS', names: ['redis-server'] } },
    debian: ['redis-server'],
    mac: 'brew install redis',
  },
  nginx: {
    title: 'nginx',
    parts: { server: { variable: 'TOKENCELL_NGINX', names: ['nginx'], places: ['/usr/sbin/nginx'] } },
    debian: ['nginx-light'],
    mac: 'brew install nginx',
  },
  postgres: {
    title: 'PostgreSQL',
    parts: {
      server: { variable: 'TOKENCELL_POSTGRES', names: ['postgres'], places: () => ofPostgres('postgres') },
      initdb: { variable: 'TOKENCELL_INITDB', names: ['initdb'], places: () => ofPostgres('initdb') },
    },
    debian: ['postgresql'],
    mac: 'brew install postgresql',
  },
  rails: {
    title: 'Rails with Devise',
    parts: {
      server: { variable: 'TOKENCELL_PUMA', names: ['puma'] },
      devise: { variable: 'TOKENCELL_DEVISE', places: () => gems('devise') },
      pg: { variable: 'TOKENCELL_PG', places: ['/usr/lib/ruby/vendor_ruby/pg.rb'] },
    },
    // Not `rails`, which depends on the Node package of the distribution.
    debian: [
      'ruby-rails',
      'ruby-devise',
      'ruby-jwt',
      'ruby-warden',
      'ruby-rack-cors',
      'ruby-sqlite3',
      'ruby-pg',
      'ruby-bcrypt',
      'puma',
    ],
  },
}

/** The programs that the servers of tests/backends need. Their other dependencies are installed into a separate folder. */
const languages = {
  python: {
    title: 'Python 3.10 or newer with venv',
    parts: { interpreter: { variable: 'TOKENCELL_PYTHON', names: ['python3'] } },
    // Debian has venv in a separate package.
    trial: ['-c', 'import ensurepip, sys, venv; assert sys.version_info >= (3, 10)'],
    debian: ['python3', 'python3-venv'],
    mac: 'brew install python',
  },
}

/** Programs that tests use only if they are installed. */
export const optional = {
  'headless-shell': {
    title: 'The headless shell of Chromium',
    parts: {
      browser: {
        variable: 'TOKENCELL_HEADLESS_SHELL',
        names: ['chromium-headless-shell', 'chrome-headless-shell'],
      },
    },
    // Both, so that they have the same version. Otherwise apt may remove the other one.
    debian: ['chromium', 'chromium-headless-shell'],
  },
}

/** All programs that are searched, and installed if possible. */
export const programs = { ...engines, ...servers, ...languages, ...optional }

/** The folders of distributions for programs of a library. */
function libraries(file) {
  const folders = ['lib/x86_64-linux-gnu', 'lib/aarch64-linux-gnu', 'libexec', 'lib64', 'lib']
  return folders.map((folder) => `/usr/${folder}/${file}`)
}

/** The folders of Debian for PostgreSQL. */
const ofPostgres = (program) => versions('/usr/lib/postgresql').map((folder) => `${folder}/bin/${program}`)

/** The folders in a folder, the highest number first. */
function versions(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.sort((a, b) => Number(b) - Number(a)).map((name) => `${folder}/${name}`)
}

/** The folders of Debian for Ruby libraries, with the versions of Debian. */
function gems(name) {
  const folder = '/usr/share/rubygems-integration/all/gems'
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.filter((each) => each.startsWith(`${name}-`)).map((each) => `${folder}/${each}`)
}
