import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { testContract } from './contract.js'

/** apt, npm and pip do not have Sanctum, so this test needs a clone of its source. See CONTRIBUTING.md. */
const { TOKENCELL_SANCTUM: sanctum = '' } = process.env
const lack = existsSync(`${sanctum}/src/Guard.php`)
  ? undefined
  : 'TOKENCELL_SANCTUM does not name a clone of Sanctum'

if (lack) test('the Laravel recipe fulfils the contract', { skip: lack }, () => {})
else await testContract('laravel', { starts: false })
