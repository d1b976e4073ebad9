import { classic } from '../../../lib/auth'

export default classic.pages.handler

export const config = { api: { bodyParser: false } }
