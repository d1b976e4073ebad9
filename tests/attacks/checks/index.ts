import type { Check } from '../check.js'
import { answers } from './answers.js'
import { channels } from './channels.js'
import { destinations } from './destinations.js'
import { hooks } from './hooks.js'
import { realms } from './realms.js'
import { surfaces } from './surfaces.js'

export const checks: Check[] = [...hooks, ...surfaces, ...channels, ...destinations, ...answers, ...realms]
