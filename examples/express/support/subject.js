/** The server under test: this example, or the server in the module that TEST_SUBJECT names. */
const { TEST_SUBJECT } = process.env
const example = async () => ({ ...(await import('./serve.js')), ...(await import('./processes.js')) })

export const { databases, serve, startTwo } = await (TEST_SUBJECT ? import(TEST_SUBJECT) : example())
