//! The secret itself, and nothing that could print it.

use alloc::string::String;
use core::fmt;
use core::str::Split;

use zeroize::Zeroizing;

use crate::GrantError;

/// An access or a refresh token, or the headers that stand for one.
///
/// It has no `Display`, no `Serialize` and a redacted `Debug`, and its memory is zeroed when it is dropped
/// (promise 19). [`Token::expose`] and [`Token::lines`] are the only ways out; outside tests the shell's `http.rs`
/// alone goes them.
pub struct Token(Zeroizing<String>);

impl Token {
    /// The longest token that is accepted, in bytes. Servers refuse headers long before this.
    pub const MAX_LENGTH: usize = 64 * 1024;

    /// Accepts what can follow a scheme in an `Authorization` header: visible ASCII (RFC 9110 §5.5). That is more than the
    /// `b64token` of RFC 6750 §2.1, which real servers exceed: the tokens of Laravel Sanctum begin with `1|`.
    ///
    /// # Errors
    /// [`GrantError::TokenMissing`] when empty, [`GrantError::TokenTooLarge`] above [`Token::MAX_LENGTH`], and
    /// [`GrantError::TokenMalformed`] for a character that could not stand there.
    pub fn parse(text: String) -> Result<Self, GrantError> {
        Self::check(text, |byte| byte.is_ascii_graphic())
    }

    /// A token that travels in JSON and in no header: any text.
    ///
    /// # Errors
    /// As [`Token::parse`], but for the characters.
    pub fn parse_text(text: String) -> Result<Self, GrantError> {
        Self::check(text, |_| true)
    }

    fn check(text: String, may_contain: fn(u8) -> bool) -> Result<Self, GrantError> {
        let text = Zeroizing::new(text);
        if text.is_empty() {
            Err(GrantError::TokenMissing)
        } else if text.len() > Self::MAX_LENGTH {
            Err(GrantError::TokenTooLarge)
        } else if !text.bytes().all(may_contain) {
            Err(GrantError::TokenMalformed)
        } else {
            Ok(Self(text))
        }
    }

    /// The values of several headers that are one credential together: a line each, the secret one first.
    ///
    /// # Errors
    /// As [`Token::parse`], but for what may stand in any header.
    pub fn parse_lines(text: String) -> Result<Self, GrantError> {
        Self::check(text, |byte| matches!(byte, b'\n' | b' '..=b'~'))
    }

    /// Its [lines](Token::parse_lines): one, of any other token.
    pub fn lines(&self) -> Split<'_, char> {
        self.0.split('\n')
    }

    /// The token's text, to be written into a request and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What a session proves itself with. Moved, never copied; wiped with its tokens.
#[derive(Debug)]
pub struct Credentials {
    /// Goes out with every request; nothing where a session cookie does.
    pub access: Option<Token>,
    /// Only where the API hands the refresh token out in the body instead of a cookie (promise 4).
    pub refresh: Option<Token>,
}

impl Credentials {
    /// Takes over what a newer answer did not repeat.
    pub(crate) fn inherit(&mut self, previous: Self) {
        self.access = self.access.take().or(previous.access);
        self.refresh = self.refresh.take().or(previous.refresh);
    }
}
