/** What the tests of the contract run on: this example, or a server of which TEST_SUBJECT names the module. */
const { TEST_SUBJECT } = process.env
const example = async () => ({ ...(await import('./serve.js')), ...(await import('./processes.js')) })

export const { databases, serve, startTwo } = await (TEST_SUBJECT ? import(TEST_SUBJECT) : example())
