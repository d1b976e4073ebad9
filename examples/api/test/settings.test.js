import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApi, settingsFromEnvironment } from '../src/api.js'
import { environmentName, settingNames } from '../src/settings.js'

test('every setting has an environment variable', () => {
  assert.deepEqual(settingNames.map(environmentName), [
    'API_ACCESS_TTL',
    'API_REFRESH_TTL',
    'API_REUSE_GRACE',
    'API_TOKEN_IN',
    'API_TOKEN_FORMAT',
    'API_CSRF',
    'API_CORS_ORIGINS',
    'API_LATENCY',
    'API_REFRESH_LATENCY',
    'API_OMIT_IAT',
    'API_REFRESH_TOKEN_IN',
    'API_SIGN_OUT_NEEDS_BEARER',
    'API_EMPTY_ANSWERS',
    'API_FLAWS',
  ])
})

test('environment variables are parsed by type, and empty ones are ignored', () => {
  const settings = settingsFromEnvironment({
    API_ACCESS_TTL: '2.5',
    API_TOKEN_IN: 'header',
    API_CORS_ORIGINS: 'https://a.example, http://localhost:5173',
    API_OMIT_IAT: 'true',
    API_LATENCY: '',
    API_KEY: 'not ours',
  })
  assert.deepEqual(settings, {
    accessTtl: 2.5,
    tokenIn: 'header',
    corsOrigins: ['https://a.example', 'http://localhost:5173'],
    omitIat: true,
  })
})

test('an invalid variable is named with the expected and the actual value', () => {
  const wrong = [
    [{ API_ACCESS_TTL: 'soon' }, 'API_ACCESS_TTL must be a number above 0, not "soon"'],
    [{ API_ACCESS_TTL: '0' }, 'API_ACCESS_TTL must be a number above 0, not "0"'],
    [{ API_LATENCY: '-1' }, 'API_LATENCY must be a number, 0 or more, not "-1"'],
    [{ API_CSRF: 'on' }, 'API_CSRF must be one of "header", "double-submit", "off", not "on"'],
    [{ API_OMIT_IAT: 'yes' }, 'API_OMIT_IAT must be true or false, not "yes"'],
  ]
  for (const [environment, message] of wrong) {
    assert.throws(() => settingsFromEnvironment(environment), { name: 'InvalidInput', message })
  }
})

test('an invalid setting is refused before the API starts', () => {
  const wrong = [
    [{ accesTtl: 5 }, /^unknown setting "accesTtl"; there are accessTtl, refreshTtl,/],
    [{ accessTtl: '5' }, /^accessTtl must be a number above 0, not "5"$/],
    [{ refreshTtl: Number.NaN }, /^refreshTtl must be a number above 0/],
    [{ latency: 2 ** 31 }, /^latency must be/],
    [{ corsOrigins: ['*'] }, /^corsOrigins must be a list of origins/],
    [{ corsOrigins: ['https://a.example/'] }, /^corsOrigins must be a list of origins/],
    [{ corsOrigins: 'https://a.example' }, /^corsOrigins must be a list of origins/],
    [{ flaws: ['cookie-readible'] }, /^flaws must be a list of names from .*, not \["cookie-readible"\]$/],
    [[], /^settings must be an object$/],
  ]
  for (const [settings, message] of wrong) {
    assert.throws(() => createApi(settings), { name: 'InvalidInput', message })
  }
})
