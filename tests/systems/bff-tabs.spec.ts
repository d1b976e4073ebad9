/** Several tabs, a restart of the browser, and a sign-out that cannot be confirmed at once, behind a BFF. */
import { count, expectReason, expectUser, factsOf, names, signIn } from './bff-story.js'
import { ADA, at, BOB, enter, expect, test } from './fixtures.js'

for (const name of names) {
  const { signOut } = factsOf(name)

  test(`${name}: a sign-in and a sign-out show in the other tab`, async ({ context, page, start }) => {
    const { home } = await start(name)
    const other = await context.newPage()
    await other.goto(home)
    await expect(at(other, 'email')).toBeVisible()
    await signIn(page, home, name)
    await expectUser(other, name)
    await at(other, 'sign-out').click()
    await expectReason(page, 'signed-out')
  })

  test(`${name}: when another user signs in, the other tab shows that user`, async ({
    context,
    page,
    start,
  }) => {
    const { home } = await start(name)
    await signIn(page, home, name)
    const other = await context.newPage()
    await other.goto(home)
    await at(other, 'sign-out').click()
    await enter(other, BOB)
    for (const tab of [other, page]) await expectUser(tab, name, BOB)
    await page.goto(`${home}/admin`)
    await expect(at(page, 'forbidden')).toBeVisible()
  })

  test(`${name}: a sign-out while the API is down is confirmed when it is up again`, async ({
    page,
    start,
  }) => {
    const system = await start(name)
    await signIn(page, system.home, name)
    await system.unplug()
    await at(page, 'sign-out').click()
    await expectReason(page, 'signed-out')
    await page.reload()
    await expect(at(page, 'email')).toBeVisible()
    expect(count(system, signOut)).toBe(0)
    await system.plug()
    await page.reload()
    await expect.poll(() => count(system, signOut)).toBe(1)
    await page.reload()
    await expect(at(page, 'email')).toBeVisible()
    expect(count(system, signOut), 'once').toBe(1)
  })

  test(`${name}: the next user signs in after the sign-out of the previous one is confirmed`, async ({
    page,
    start,
  }) => {
    const system = await start(name)
    await signIn(page, system.home, name)
    await system.unplug()
    await at(page, 'sign-out').click()
    await expectReason(page, 'signed-out')
    await system.plug()
    await enter(page, BOB)
    await expectUser(page, name, BOB)
    expect(count(system, signOut)).toBe(1)
  })

  test(`${name}: after a restart of the browser, the user is signed in`, async ({ restart, start }) => {
    const { home, log } = await start(name)
    const page = await restart()
    await signIn(page, home, name)
    const before = log.length
    const next = await restart()
    await next.goto(home)
    await expectUser(next, name)
    expect(log.slice(before), 'the API is not asked').toEqual([])
  })
}

test('s3: a sign-out while the server of the pages is down is made up for when it is up again', async ({
  page,
  start,
}) => {
  const { site, ...system } = await start('s3')
  await signIn(page, system.home, 's3')
  await site?.unplug()
  await at(page, 'sign-out').click()
  await expectReason(page, 'signed-out')
  await site?.plug()
  await page.reload()
  await expectReason(page, 'signed-out')
  await expect.poll(() => count(system, factsOf('s3').signOut)).toBe(1)
})

test('s3: without `remember`, the session ends with the browser', async ({ restart, start }) => {
  const { home } = await start('s3')
  const page = await restart()
  await page.goto(home)
  await expect(at(page, 'email')).toBeVisible()
  await page.evaluate((ada) => globalThis.auth.signIn(ada, { remember: false }), ADA)
  await expectUser(page, 's3')
  const next = await restart()
  await next.goto(home)
  await expect(at(next, 'email')).toBeVisible()
})
