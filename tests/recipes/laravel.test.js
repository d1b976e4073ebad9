import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { testContract } from './contract.js'

/** Neither apt nor npm nor pip has Sanctum: this runs where somebody has fetched its source. CONTRIBUTING.md says how. */
const { TOKENCELL_SANCTUM: sanctum = '' } = process.env
const lack = existsSync(`${sanctum}/src/Guard.php`)
  ? undefined
  : 'TOKENCELL_SANCTUM names no source of Sanctum'

if (lack) test('the contract in Laravel', { skip: lack }, () => {})
else await testContract('laravel', { starts: false })
