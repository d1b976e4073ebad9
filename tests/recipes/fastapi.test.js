import { testContract } from './contract.js'

await testContract('fastapi')
