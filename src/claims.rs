//! The claims of a JWT. They are a hint for scheduling and display, and never an authorisation (RFC 8725 §3.10).

use alloc::string::String;

use crate::text::split;
use crate::{GrantError, Token};

/// The claims that the core reads. Where RFC 7519 requires a NumericDate, a value that is not a number is refused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// Expiry, in seconds since the epoch (RFC 7519 §4.1.4).
    pub exp: Option<f64>,
    /// Time of issue, in seconds since the epoch (RFC 7519 §4.1.6).
    pub iat: Option<f64>,
    /// The user that the token belongs to (RFC 7519 §4.1.2).
    pub sub: Option<Subject>,
}

/// A `sub` claim. RFC 7519 requires a string, but numbers are common in practice. The core only checks subjects for
/// equality.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A numeric user id.
    Number(f64),
    /// A string, as specified.
    Text(String),
}

/// The value of a member of a JSON object, reduced to the types that a claim can have.
#[derive(Clone, Debug, PartialEq)]
pub enum Member {
    /// The member is missing, or null.
    Absent,
    /// A number.
    Number(f64),
    /// A boolean, an array or an object.
    Other,
    /// A string.
    Text(String),
}

impl Claims {
    /// Reads the claims of a parsed payload. The shell passes `member`, which returns an own member of the payload.
    ///
    /// # Errors
    /// [`GrantError::ClaimsMalformed`] when a claim has the wrong type.
    pub fn read(member: impl Fn(&str) -> Member) -> Result<Self, GrantError> {
        let date = |name| match member(name) {
            Member::Absent => Ok(None),
            Member::Number(seconds) => Ok(Some(seconds)),
            Member::Other | Member::Text(_) => Err(GrantError::ClaimsMalformed),
        };
        let sub = match member("sub") {
            Member::Absent => None,
            Member::Number(number) => Some(Subject::Number(number)),
            Member::Text(text) => Some(Subject::Text(text)),
            Member::Other => return Err(GrantError::ClaimsMalformed),
        };
        Ok(Self { exp: date("exp")?, iat: date("iat")?, sub })
    }

    /// The JSON text of a JWT's payload, or `None` when the token does not have the shape of a JWT and is opaque. The
    /// shell passes the decoder of base64url without padding, because every browser has one. It must refuse non-zero
    /// unused bits and invalid UTF-8.
    ///
    /// # Errors
    /// [`GrantError::ClaimsMalformed`] when the payload is not base64url, or is nested more than 32 levels deep.
    pub fn payload(token: &Token, decode: impl FnOnce(&str) -> Option<String>) -> Result<Option<String>, GrantError> {
        let mut segments = split(token.expose(), b'.');
        let (Some(header), Some(mut payload), Some(_), None) =
            (segments.next(), segments.next(), segments.next(), segments.next())
        else {
            return Ok(None);
        };
        if !header.starts_with(JSON_OBJECT) {
            return Ok(None);
        }
        while let Some(unpadded) = payload.strip_suffix('=') {
            payload = unpadded;
        }
        let json = decode(payload);
        json.filter(|json| is_shallow(json)).map(Some).ok_or(GrantError::ClaimsMalformed)
    }
}

/// Whether this JSON is nested at most 32 levels deep. The limit is needed because parsers and later readers of the
/// claims may be recursive.
fn is_shallow(json: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    json.bytes().all(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth <= 32
    })
}

/// `{"` in base64url. In practice, the header of every JWT begins with this text, and no opaque token begins with it by
/// accident.
const JSON_OBJECT: &str = "eyJ";
