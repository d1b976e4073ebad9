// Globals for the test. An application does not need this file.

import { auth } from './auth'

const statuses: string[] = []
auth.subscribe(({ status, reason }) => statuses.push(reason ?? status))
Object.assign(globalThis, { auth, statuses })
