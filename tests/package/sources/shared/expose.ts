// What the test takes hold of. An application has no such file.

import { auth } from './auth'

const statuses: string[] = []
auth.subscribe(({ status, reason }) => statuses.push(reason ?? status))
Object.assign(globalThis, { auth, statuses })
