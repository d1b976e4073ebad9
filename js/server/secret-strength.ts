/** 32 characters of hexadecimal digits have 128 bits. */
const MIN_LENGTH = 32
/** How many characters must remain without words and sequences, and how many of these must differ. */
const MIN_REST = 20
const MIN_DISTINCT = 8

/** Words of placeholders, found anywhere in the text. A random text has one of them rarely, and never enough of them. */
const WORDS = `
  change changeit changeme replace placeholder example sample default dummy secret supersecret password passphrase passwort
  passwd pass123 letmein welcome admin administrator login session cookie token tokencell auth encryption signing private
  development production staging local test testing insecure unsafe random string value characters character chars letters
  length least minimum more than long longer enough should must need needs please this that these those with from here there
  your some very only just really thirty thirtytwo hundred qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm iloveyou dragon
  monkey football baseball master correct horse battery staple openssl base64 localhost company website application server
`
  .trim()
  .split(/\s+/)
  .sort((one, other) => other.length - one.length)

const ANYWHERE = new RegExp(WORDS.join('|'), 'g')

/** Short words, which count only if they stand alone. */
const ALONE =
  /(?<![a-z\d])(a|an|and|any|app|are|as|at|be|bit|bits|by|can|do|for|hex|i|in|is|it|its|jwt|key|my|new|no|not|of|on|one|or|our|put|rand|set|so|the|to|two|us|use|was|we|you|[a-z]|\d{1,3})(?![a-z\d])/g

/** How letters are disguised in words. */
const DISGUISED: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/**
 * Whether somebody could guess this secret and seal cookies of their own: it is short, repeats itself, or consists of words
 * and sequences. This finds placeholders. It does not prove that a text is random.
 */
export function isWeakSecret(secret: unknown): boolean {
  if (typeof secret !== 'string' || secret.length < MIN_LENGTH) return true
  const text = secret.toLowerCase()
  const plain = text.replace(/[013457@$!]/g, (char) => DISGUISED[char] as string)
  const unit = unitOf(secret)
  if (unit !== secret) return isWeakSecret(unit)
  const isShort = (of: string) => rest(of).length < MIN_REST
  return isShort(text) || isShort(plain) || new Set(rest(text)).size < MIN_DISTINCT
}

/** The text without words, sequences such as `1234` and `aaaa`, and punctuation. */
function rest(text: string): string {
  const chars = Array.from(text.replace(ANYWHERE, ' ').replace(ALONE, ' '))
  const step = (at: number) => (chars[at]?.codePointAt(0) ?? 0) - (chars[at - 1]?.codePointAt(0) ?? 0)
  // A character is part of a sequence if it is as far from the one before as that one from its own.
  const isSequence = (at: number) => at > 1 && Math.abs(step(at)) <= 1 && step(at) === step(at - 1)
  return chars.filter((char, at) => /[\p{L}\p{N}]/u.test(char) && !isSequence(at)).join('')
}

/** The shortest text that gives this one if it is repeated. The last repetition may be cut. */
function unitOf(text: string): string {
  for (let period = 1; period <= text.length / 2; period += 1)
    if (text.startsWith(text.slice(period))) return text.slice(0, period)
  return text
}
