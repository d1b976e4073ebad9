/** What stands before `token` if the token is not the user's: of forms, devices, designs, models of language, money. */
const OTHER =
  /^(abort|apns|bot|budget|burn|cancel|cancellation|chain|collection|color|colour|completion|confirm|confirmation|continuation|copied|created|custom|deploy|design|device|discord|email|embed|erc20|estimate|expo|fcm|file|figma|forgery|gas|github|gitlab|icon|injection|input|invitation|invite|invites|language|lexer|lp|magic|map|max|maximum|min|mint|next|nft|npm|num|of|output|page|pagination|pair|parser|password|payment|pool|presign|preview|previous|prompt|push|recipient|registration|reset|resume|selected|setup|share|signing|slack|stake|staking|storybook|stripe|style|swap|sync|syntax|tab|telegram|theme|total|tracking|unsubscribe|upload|used|verification|verify|wallet|widget)$/
/** What stands behind it. */
const OTHER_BEHIND =
  /^(address|addresses|amount|balance|chain|color|contract|count|counter|counts|estimate|icon|ids|limit|limits|list|name|names|pair|pool|price|prices|standard|supply|symbol|usage|used|uri|url)$/
const TOKEN = /^(token|tokens|jwt|jwts|bearer)$|token$/
const PART_OF_OTHER = /csrf|xsrf|captcha|turnstile|tokeniz|tokenis|mapbox/i
/** Words of cookies and keys that stand for a session. */
const SESSION =
  /^(auth|authorization|authenticated|jwt|sess|session|sessid|sessionid|sid|sso|credentials|remember|rememberme)$/

/** Words of cookies that belong to a sign-in or to statistics, but are no session. */
const NO_SESSION =
  /^(analytics|callback|code|error|expired|expires|flash|ga|hotjar|locale|nonce|param|redirect|return|state|storybook|theme|token|tokens|tracking|utm|verifier)$/

const wordsOf = (name: string) =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean)

/** Whether a name is that of a token of the user: `access_token`, `userToken`, `JWT`. */
export function isToken(name: string): boolean {
  if (PART_OF_OTHER.test(name)) return false
  const words = wordsOf(name)
  return words.some(
    (word, at) =>
      TOKEN.test(word) && !OTHER.test(words[at - 1] ?? '') && !OTHER_BEHIND.test(words[at + 1] ?? ''),
  )
}

/** Whether one of the names in some code is that of a token. */
export const hasToken = (code: string) =>
  (code.match(/[A-Za-z_$][\w$.-]*/g) ?? []).some((name) => isTokenPath(name))

/** `response.data.token`, where each name is judged for itself. */
const isTokenPath = (name: string) => name.split('.').some((part) => part !== '' && isToken(part))

/** Whether a cookie or a key with this name stands for a session or has its token. */
export function isSession(name: string): boolean {
  if (isToken(name)) return true
  if (PART_OF_OTHER.test(name)) return false
  const words = wordsOf(name)
  return words.some((word) => SESSION.test(word)) && !words.some((word) => NO_SESSION.test(word))
}

/** The names of Simple JWT. They count only as whole keys. */
export const isSimpleJwt = (name: string) => /^(access|refresh)$/i.test(name)

/** Whether a key may stand for a user together with the user's token. */
export const isAccount = (name: string) =>
  /^(?:.*[-_.:/])?(?:(?:current|logged_?in|auth)?[-_]?user(?:[-_]?(?:info|data))?|auth(?:[-_]?(?:data|state|storage|store))?|account|login|session|profile|persist:root)$/i.test(
    name,
  )

/** Whether some code is about signing in, so that a name such as `token` is the user's. */
export const isAboutSignIn = (code: string) =>
  /log_?(?:in|out)\b|sign_?(?:in|out|up)\b|authenticat|\buseAuth|\bAuth(?:Context|Provider|Store|State|Slice)\b|\bcredentials\b|\bauth\b/i.test(
    code,
  )
