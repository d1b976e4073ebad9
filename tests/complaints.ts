import type { Page } from '@playwright/test'
import { test as base, expect, isDev, type Served } from './apps.js'

/** Collects hydration mismatches and other errors in the console from now on. */
function hearComplaints(page: Page, served: Served): () => string[] {
  const heard: string[] = []
  page.on('console', (message) => {
    const isAboutUs = /hydrat|mismatch|\[Vue warn\]|\[nuxt\]|tokencell/i.test(message.text())
    if (message.type() === 'error' || (message.type() === 'warning' && isAboutUs)) heard.push(message.text())
  })
  page.on('pageerror', (error) => heard.push(String(error)))
  // Messages of the browser about failed responses are ignored. So are those of Vite, and the warnings about the API with which
  // a development server and the package in development answer the faults of a test.
  const isOthers = (text: string) =>
    /^Failed to load resource/.test(text) ||
    (isDev(served) && /\[vite\]|\[tokencell\]|tokencell: A token could not be refreshed/.test(text))
  return () => heard.filter((text) => !isOthers(text))
}

/** For applications with a server: fails if the page logs errors. */
export const test = base.extend({
  page: async ({ page, served }, use) => {
    const complaints = hearComplaints(page, served)
    await use(page)
    expect(complaints()).toEqual([])
  },
})
