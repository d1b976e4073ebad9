import type { Foreign } from './foreign.js'
import { frameworks } from './frameworks.js'
import { products } from './products.js'
import { sanctumSpa } from './sanctum-spa.js'

/** APIs that doctor was not made for. */
export const foreigners: Record<string, Foreign> = {
  ...frameworks,
  'Laravel Sanctum for SPAs': sanctumSpa,
  ...products,
}
