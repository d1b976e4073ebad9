// @vitest-environment jsdom
import { expect, onTestFinished, test, vi } from 'vitest'
import { createTestAuth } from '../../js/testing.js'

/** The next uncaught error. Vitest does not get it, because it would fail this run. */
async function nextUncaught(provoke: () => void): Promise<unknown> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  try {
    return await new Promise((resolve) => {
      process.once('uncaughtException', resolve)
      provoke()
    })
  } finally {
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
}

test('a listener that throws does not stop other listeners, and its error is uncaught as in a browser', async () => {
  expect('reportError' in globalThis, 'Node and jsdom have no `reportError`').toBe(false)
  const auth = createTestAuth()
  const heard: string[] = []
  auth.subscribe(() => {
    throw new Error('mine')
  })
  auth.subscribe(({ status }) => heard.push(status))
  const error = await nextUncaught(() => auth.become({}))
  expect(error).toEqual(new Error('mine'))
  expect(heard).toEqual(['authenticated'])
})

test('requests with a body, a form and a signal get a response in jsdom', async () => {
  const auth = createTestAuth({ fetch: async (request) => new Response(await request.text()) })
  const form = new FormData()
  form.append('a', '1')
  const { signal } = new AbortController()
  const text = (body: BodyInit) =>
    auth.fetch('/', { method: 'POST', body, signal }).then((response) => response.text())
  expect(await text('x')).toBe('x')
  expect(await text(new URLSearchParams({ a: '1' }))).toBe('a=1')
  expect(await text(form)).toContain('name="a"')
})

test('a path is one of the page, or of http://localhost if the page has no address', async () => {
  const auth = createTestAuth({ fetch: ({ url }) => new Response(url) })
  const urlOf = async (path: string) => (await auth.fetch(path)).text()
  window.history.pushState(null, '', '/app/')
  expect(await urlOf('notes')).toBe('http://localhost:3000/app/notes')
  const blank = document.implementation.createHTMLDocument()
  vi.stubGlobal('document', blank)
  onTestFinished(() => void vi.unstubAllGlobals())
  expect(blank.baseURI).toBe('about:blank')
  expect(await urlOf('notes')).toBe('http://localhost/notes')
})
