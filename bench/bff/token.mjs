/** The token of the API. It has no expiry time, so no server refreshes it while it is measured. */
export const TOKEN = `bench.${'x'.repeat(400)}.signature`
