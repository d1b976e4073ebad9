import { MOMENTS } from './check.js'
import { checks } from './checks/index.js'
import { expect, test } from './fixtures.js'
import { type Outcome, run } from './harness.js'
import { note } from './results.js'
import { serveWeak } from './weak/serve.js'

for (const check of checks) {
  test(`${check.id}: a script that ${check.title} sees no token, except at the documented moments`, async ({
    browserName,
    place,
    scene,
  }, { project }) => {
    test.skip(Boolean(check.chromium) && browserName !== 'chromium', 'only Chromium can do this')
    const outcomes: Outcome[] = []
    for (const moment of MOMENTS) outcomes.push(await run(check, moment, scene))
    note(project.name, check.id, outcomes)
    const leaked = MOMENTS.filter((_, index) => outcomes[index] === 'leaked')
    const published = check.limit?.at[place] ?? []
    expect(published, 'moments that the docs must name').toEqual(expect.arrayContaining(leaked))
    // Whether a script meets a token at one of these moments can depend on the characters of the token, and on the browser.
    if (published.length > 0 && !check.limit?.isRare && browserName === 'chromium')
      expect(leaked, 'the limit no longer exists').not.toEqual([])
  })

  test(`${check.id}: the same script finds the token of a weak client at each moment`, async ({
    browserName,
    place,
    scene,
  }, { project }) => {
    test.skip(place !== 'page', 'the weak client has no vault, so one project is enough')
    test.skip(Boolean(check.chromium) && browserName !== 'chromium', 'only Chromium can do this')
    serveWeak(scene.site, scene.api.url)
    const outcomes: Outcome[] = []
    for (const moment of MOMENTS) outcomes.push(await run(check, moment, scene, true))
    note(`${project.name}-control`, check.id, outcomes)
    expect(
      outcomes,
      'the script did not find the token of the weak client, so the check proves nothing',
    ).toEqual(MOMENTS.map(() => 'leaked'))
  })
}
