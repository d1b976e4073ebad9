import { auth } from './auth.js'

const statuses = []
auth.subscribe(({ status, reason }) => statuses.push(reason ?? status))
Object.assign(globalThis, { auth, statuses })
