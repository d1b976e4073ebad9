import { flawedReplies } from './flaws/replies.js'
import { flawedRequests } from './flaws/requests.js'
import { flawedSessions } from './flaws/sessions.js'
import { flawedTokens } from './flaws/tokens.js'

// What a backend gets wrong, to be ordered by name: `tokencell doctor` is tested on each of them.
// None by default, and nothing outside of this file and its folder knows one by name.
export { flawNames } from './flaws/names.js'
export { flawedReplies, flawedRequests, flawedSessions, flawedTokens }
