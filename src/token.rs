//! The type of a secret token. None of its trait implementations prints the secret.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use crate::GrantError;
use crate::text::split;

/// An access or a refresh token, or the headers that stand for one.
///
/// It has no `Display`, no `Serialize` and a redacted `Debug`, and its memory is zeroed when it is dropped
/// (promise 19). Only [`Token::expose`] and [`Token::lines`] return the secret. Outside the core and its tests, only
/// the shell's `http.rs` calls them.
pub struct Token(Zeroizing<String>);

impl Token {
    /// The longest token that is accepted, in bytes. Servers refuse headers long before this.
    pub const MAX_LENGTH: usize = 64 * 1024;

    /// Accepts text that can follow a scheme in an `Authorization` header: visible ASCII (RFC 9110 §5.5). This is more
    /// than the `b64token` of RFC 6750 §2.1, because real servers use other characters. For example, the tokens of
    /// Laravel Sanctum begin with `1|`.
    ///
    /// # Errors
    /// [`GrantError::TokenMissing`] when empty, [`GrantError::TokenTooLarge`] above [`Token::MAX_LENGTH`], and
    /// [`GrantError::TokenMalformed`] for a character that is not allowed there.
    pub fn parse(text: String) -> Result<Self, GrantError> {
        Self::check(text, |byte| byte.is_ascii_graphic())
    }

    /// Accepts any text, for a token that is sent in JSON and in no header.
    ///
    /// # Errors
    /// As [`Token::parse`], but without [`GrantError::TokenMalformed`].
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

    /// Accepts the values of several headers that form one credential. Each value is one line. The first line is the
    /// secret.
    ///
    /// # Errors
    /// As [`Token::parse`], but every character that is allowed in a header value is accepted.
    pub fn parse_lines(text: String) -> Result<Self, GrantError> {
        Self::check(text, |byte| matches!(byte, b'\n' | b' '..=b'~'))
    }

    /// The [lines](Token::parse_lines) of the token. A token of any other kind has one line.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        split(&self.0, b'\n')
    }

    /// The token's text. It must be written into a request and nowhere else.
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

/// The credentials of a session. They are moved and never copied, and their tokens are zeroed when they are dropped.
#[derive(Debug)]
pub struct Credentials {
    /// The access token, which is sent with every request; `None` if a session cookie is sent instead.
    pub access: Option<Token>,
    /// The refresh token; `None` unless the API sends it in the body instead of a cookie (promise 4).
    pub refresh: Option<Token>,
}

impl Credentials {
    /// Takes over the tokens that a newer answer has brought.
    pub(crate) fn inherit_from(&mut self, newer: Self) {
        self.access = newer.access.or(self.access.take());
        self.refresh = newer.refresh.or(self.refresh.take());
    }

    /// Takes over the previous tokens that a newer answer did not repeat.
    pub(crate) fn inherit(&mut self, previous: Self) {
        self.access = self.access.take().or(previous.access);
        self.refresh = self.refresh.take().or(previous.refresh);
    }
}
