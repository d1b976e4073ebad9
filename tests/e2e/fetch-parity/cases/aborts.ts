import type { Theme } from '../kit.js'

export const abortedRequests: Theme = () => {
  const made: ReturnType<Theme> = {}
  const reasons: Record<string, () => unknown> = {
    nothing: () => undefined,
    text: () => 'enough',
    'an object': () => ({ toString: () => 'object' }),
    'an error': () => new RangeError('enough'),
    null: () => null,
  }
  for (const [name, reason] of Object.entries(reasons)) {
    made[`abort before the call, ${name}`] = ({ call, url }) =>
      call({ way: url().length }, { signal: AbortSignal.abort(reason()) })
    made[`abort before the head, ${name}`] = async ({ call, arrived }) => {
      const controller = new AbortController()
      const calling = call({ body: 'no-head' }, { signal: controller.signal })
      await arrived()
      controller.abort(reason())
      return calling
    }
    made[`abort rejects with the same reason object, ${name}`] = async ({ fetch, url, arrived }) => {
      const controller = new AbortController()
      const why = reason()
      const calling = fetch(url({ body: 'no-head' }), { signal: controller.signal }).catch((error) => [error])
      await arrived()
      controller.abort(why)
      return ((await calling) as unknown[])[0] === controller.signal.reason
    }
  }
  made['abort after the body was read'] = async ({ call }) => {
    const controller = new AbortController()
    const seen = await call({}, { signal: controller.signal })
    controller.abort()
    return seen
  }
  made['abort of an upload before the head'] = async ({ call, arrived }) => {
    const controller = new AbortController()
    const init = { method: 'POST', body: new Blob(['a'.repeat(100_000)]), signal: controller.signal }
    const calling = call({ body: 'no-head' }, init)
    await arrived()
    controller.abort()
    return calling
  }
  made['abort before a call that is invalid'] = ({ call }) =>
    call({}, { signal: AbortSignal.abort('a'), method: 'a b' })
  made['abort during a redirect'] = async ({ call, url, arrived }) => {
    const controller = new AbortController()
    const calling = call({ status: 302, location: url({ body: 'no-head' }) }, { signal: controller.signal })
    await arrived(2)
    controller.abort('enough')
    return calling
  }
  return made
}

export const abortedDownloads: Theme = (all) => {
  const made: ReturnType<Theme> = {}
  const reasons = { nothing: undefined, text: 'enough', object: new RangeError(''), timeout: undefined }
  for (const why of Object.keys(reasons) as (keyof typeof reasons)[])
    for (const read of all.filter((one) => one !== 'twice'))
      made[`abort while ${read} reads, ${why}`] = async ({ fetch, url, observe, arrived }) => {
        const controller = new AbortController()
        const { signal } = controller
        const type = 'application/x-www-form-urlencoded'
        const response = await fetch(url({ body: 'endless', type }), { signal })
        const reading = observe(response, read)
        await arrived()
        // The timeout starts here. Started earlier, it could fire before the response begins.
        const late = why === 'timeout' && AbortSignal.timeout(1)
        if (late) late.addEventListener('abort', () => controller.abort(late.reason))
        else controller.abort(reasons[why])
        return reading
      }
  for (const body of ['endless', 'endless-length'])
    for (const read of ['text', 'blob', 'reader'] as const)
      made[`abort after the head and before ${read} reads, ${body}`] = async ({
        fetch,
        url,
        observe,
        arrived,
      }) => {
        const controller = new AbortController()
        const response = await fetch(url({ body }), { signal: controller.signal })
        controller.abort('enough')
        await arrived()
        return observe(response, read)
      }
  for (const read of ['text', 'blob', 'clone', 'reader'] as const)
    for (const body of ['length', 'chunked', 'none'])
      made[`abort before ${read} reads a body that has arrived, ${body}`] = async ({
        fetch,
        url,
        observe,
        arrived,
      }) => {
        const controller = new AbortController()
        const response = await fetch(url({ body }), { signal: controller.signal })
        await arrived()
        controller.abort('enough')
        return observe(response, read)
      }
  made['abort right after a reading began'] = async ({ fetch, url, observe }) => {
    const controller = new AbortController()
    const response = await fetch(url({ body: 'endless-length' }), { signal: controller.signal })
    const reading = observe(response, 'text')
    controller.abort()
    return reading
  }
  made['abort after the first chunk was read'] = async ({ fetch, url, attempt }) => {
    const controller = new AbortController()
    const response = await fetch(url({ body: 'endless' }), { signal: controller.signal })
    const reader = response.body?.getReader()
    const first = (await reader?.read())?.value?.length
    controller.abort('enough')
    return [
      first,
      await attempt(() => reader?.read()),
      await attempt(() => reader?.closed),
      response.bodyUsed,
    ]
  }
  return made
}

export const abortSignals: Theme = () => ({
  'AbortSignal.timeout before the head': ({ call }) =>
    call({ body: 'no-head' }, { signal: AbortSignal.timeout(1500) }),
  'AbortSignal.timeout that has already fired': async ({ call }) => {
    const signal = AbortSignal.timeout(0)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return call({}, { signal })
  },
  'AbortSignal.any of a timeout and a controller': async ({ call, arrived }) => {
    const controller = new AbortController()
    const signal = AbortSignal.any([AbortSignal.timeout(60_000), controller.signal])
    const calling = call({ body: 'no-head' }, { signal })
    await arrived()
    controller.abort('any')
    return calling
  },
  'the signal of a Request': async ({ fetch, observe, url, arrived }) => {
    const controller = new AbortController()
    const calling = observe(fetch(new Request(url({ body: 'no-head' }), { signal: controller.signal })))
    await arrived()
    controller.abort('of the request')
    return calling
  },
  'a signal in init replaces the signal of the Request': async ({ fetch, observe, url }) => {
    const request = new Request(url(), { signal: AbortSignal.abort('of the request') })
    return observe(fetch(request, { signal: new AbortController().signal }))
  },
  'a signal of null in init removes the signal of the Request': ({ fetch, observe, url }) =>
    observe(fetch(new Request(url(), { signal: AbortSignal.abort('of the request') }), { signal: null })),
  'a signal of another realm': async ({ call, arrived, realm }) => {
    const controller = new realm.AbortController()
    const calling = call({ body: 'no-head' }, { signal: controller.signal })
    await arrived()
    controller.abort('of the realm')
    return calling
  },
  'an invalid signal': ({ call }) => call({}, { signal: {} as AbortSignal }),
  'one signal for three calls': async ({ call, arrived }) => {
    const { signal, abort } = ((controller) => ({
      signal: controller.signal,
      abort: () => controller.abort('all'),
    }))(new AbortController())
    const calls: ReturnType<typeof call>[] = []
    for (const which of [1, 2, 3]) {
      calls.push(call({ body: 'no-head', which }, { signal }))
      await arrived(which)
    }
    abort()
    return (await Promise.all(calls)).map(({ error }) => error)
  },
})
