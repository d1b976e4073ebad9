/** Those tests of examples/express that are about the contract, and know its server by HTTP only. */
const files = ['refresh', 'sessions', 'sign-out', 'requests', 'limits', 'doctor', 'concurrency']

/** Runs them on a recipe, in place of the example. */
export async function testContract(recipe) {
  process.env.TEST_RECIPE = recipe
  process.env.TEST_SUBJECT = new URL('./subject.js', import.meta.url).href
  for (const name of files) await import(`../../examples/express/test/${name}.test.js`)
}
