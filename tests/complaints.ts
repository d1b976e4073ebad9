import type { Page } from '@playwright/test'
import { test as base, expect, isDev, type Served } from './apps.js'

/** Every hydration mismatch from now on, and whatever else the console complains of. */
function hearComplaints(page: Page, served: Served): () => string[] {
  const heard: string[] = []
  page.on('console', (message) => {
    const isAboutUs = /hydrat|mismatch|\[Vue warn\]|\[nuxt\]|tokencell/i.test(message.text())
    if (message.type() === 'error' || (message.type() === 'warning' && isAboutUs)) heard.push(message.text())
  })
  page.on('pageerror', (error) => heard.push(String(error)))
  // What the browser says of an answer with such a status is none of ours.
  const isOthers = (text: string) =>
    /^Failed to load resource/.test(text) || (isDev(served) && /\[vite\]/.test(text))
  return () => heard.filter((text) => !isOthers(text))
}

/** Of applications with a server: fails with whatever the page complains of. */
export const test = base.extend({
  page: async ({ page, served }, use) => {
    const complaints = hearComplaints(page, served)
    await use(page)
    expect(complaints()).toEqual([])
  },
})
