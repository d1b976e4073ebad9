import { classic } from '../../../../lib/auth'

/** This download goes through the Pages Router, which keeps the `Content-Length` of a response. */
export default classic.pages.handler

export const config = { api: { bodyParser: false } }
