import { networkFaults } from './faults.js'
import { doubtToken, during, expect, outcome, refusals, status, test, to } from './fixtures.js'
import { compareRow } from './table.js'

for (const { id, title, fault, losesReply, confirmsSignOut, isOfKnownKind } of networkFaults) {
  test(`${id}: when ${title}, every call ends, and the session stays`, {
    tag: isOfKnownKind ? '@full' : [],
  }, async ({ api, open, page, network, where, browserName }) => {
    test.setTimeout(180_000)
    // Without a grace period, an API ends the session if the reply with the new refresh token is lost (SECURITY.md).
    if (losesReply) api.configure({ reuseGrace: 60 })
    const calm = () => {
      network.rule = () => undefined
    }
    // A call waits up to 22 s for a token.
    const worksAgain = () =>
      expect.poll(() => outcome(page, 'me', network.url), { timeout: 60_000 }).toBe('200')
    await open(page)

    network.rule = during(fault, to('login'))
    const atSignIn = await outcome(page, 'signIn', network.url)
    calm()
    if (atSignIn !== 'done') expect(await status(page)).not.toBe('authenticated')
    expect(await outcome(page, 'signIn', network.url)).toBe('done')

    await doubtToken(page, api)
    network.rule = during(fault, to('refresh'))
    const atRefresh = await outcome(page, 'me', network.url)
    expect(await status(page), 'the fault of a refresh ends no session').toBe('authenticated')
    calm()
    await worksAgain()
    expect(refusals(api), 'no refresh token was used twice').toBe(0)

    network.rule = during(fault, to('me'))
    const atRequest = await outcome(page, 'me', network.url)
    expect(await status(page), 'the fault of a request ends no session').toBe('authenticated')
    calm()
    await worksAgain()

    const sessions = api.sessions.count()
    network.rule = during(fault, to('logout'))
    const atSignOut = await outcome(page, 'signOut', network.url)
    expect(await status(page)).toBe('signed-out')
    calm()
    if (!confirmsSignOut)
      await expect.poll(() => api.sessions.count(), 'the API learns of the sign-out').toBe(sessions - 1)

    const results = [atSignIn, atRefresh, atRequest, atSignOut]
    compareRow({ id, title, results }, `${browserName}, ${where}`)
  })
}
