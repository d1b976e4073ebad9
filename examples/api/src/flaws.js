import { flawedReplies } from './flaws/replies.js'
import { flawedRequests } from './flaws/requests.js'
import { flawedSessions } from './flaws/sessions.js'
import { flawedTokens } from './flaws/tokens.js'

// Errors of backends, which a test enables by name. `tokencell doctor` is tested with each of them.
// By default none is enabled. Only this file and its folder know their names.
export { flawNames } from './flaws/names.js'
export { flawedReplies, flawedRequests, flawedSessions, flawedTokens }
