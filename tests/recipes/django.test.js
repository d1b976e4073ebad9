import { testContract } from './contract.js'

await testContract('django')
