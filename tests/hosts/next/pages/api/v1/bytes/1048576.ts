import { classic } from '../../../../lib/auth'

/** One download goes through the Pages Router, which leaves a response its length. */
export default classic.pages.handler

export const config = { api: { bodyParser: false } }
