/** The pages of each system work with its vault file. The stories are in the other files, and tell most of it in the quick run. */
import { ADA, at, BOB, enter, expect, systems, test } from './fixtures.js'
import type { FrontName } from './pages/front.js'

const names = Object.keys(systems) as FrontName[]
/** The API of S1 sends no name, S3 has none. */
const nameOf = (front: FrontName, { email }: typeof ADA, name: string) =>
  front === 's1' || front === 's3' ? email : name

for (const name of names) {
  test(`${name}: an admin signs in, sees name and role, and opens the page for admins @full`, async ({
    page,
    start,
  }) => {
    const { home } = await start(name)
    await page.goto(`${home}/admin`)
    await enter(page, ADA)
    await expect(at(page, 'admin')).toBeVisible()
    await expect(at(page, 'user')).toHaveText([ADA.email, BOB.email])
    await page.goto(home)
    // Only a shared vault, a cookie or a refresh outlives the reload.
    const reason = at(page, 'reason')
    await expect(at(page, 'name').or(reason)).toBeVisible()
    if (await reason.isVisible()) await enter(page, ADA)
    await expect(at(page, 'name')).toHaveText(nameOf(name, ADA, 'Ada'))
    await expect(at(page, 'role')).toHaveText('admin')
    await at(page, 'ask-ten').click()
    await expect(at(page, 'answers')).toHaveText(Array(10).fill(200).join(' '))
  })

  test(`${name}: a visitor signs up, is not admitted to the page for admins, and signs out @full`, async ({
    page,
    start,
  }) => {
    const { home } = await start(name)
    const eve = { email: 'eve@example.com', password: 'long enough' }
    await page.goto(`${home}/sign-up`)
    await enter(page, eve)
    await expect(at(page, 'name')).toHaveText(nameOf(name, eve, 'eve'))
    await expect(at(page, 'role')).toHaveText('user')
    await at(page, 'to-admin').click()
    await expect(at(page, 'forbidden')).toBeVisible()
    await page.goBack()
    await at(page, 'sign-out').click()
    await expect(at(page, 'reason')).toHaveText('signed-out')
  })
}

for (const name of ['s0', 's2-pair', 's2-session'] as const)
  test(`${name}: a signed-in user writes @full`, async ({ page, start }) => {
    const { home } = await start(name)
    await page.goto(home)
    await enter(page, BOB)
    await at(page, 'write').click()
    await expect(at(page, 'answers')).toHaveText('201')
  })

test('s2-session: after a sign-in on the page of the server, its pages know the user @full', async ({
  page,
  start,
}) => {
  const { home } = await start('s2-session')
  await page.goto(home)
  await at(page, 'server-sign-in').click()
  await page.getByLabel('E-mail').fill(ADA.email)
  await page.getByLabel('Password').fill(ADA.password)
  await page.getByRole('button').click()
  await expect(at(page, 'name')).toHaveText('Ada')
})
