//! What a JWT says about itself: a hint for scheduling and display, never authorisation (RFC 8725 §3.10).

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::{GrantError, Token};

/// The claims the core itself looks at. Anything but a number where RFC 7519 asks for a NumericDate is refused.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
pub struct Claims {
    /// Expiry, in seconds since the epoch (RFC 7519 §4.1.4).
    pub exp: Option<f64>,
    /// Time of issue, in seconds since the epoch (RFC 7519 §4.1.6).
    pub iat: Option<f64>,
    /// Whose token this is (RFC 7519 §4.1.2).
    pub sub: Option<Subject>,
}

/// A `sub` claim. RFC 7519 wants a string; numbers are common in the field, and equality is all that is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// A numeric user id.
    Number(f64),
    /// A string, as specified.
    Text(String),
}

impl Claims {
    /// The JSON text of a JWT's payload, or `None` when the token does not have the shape of a JWT and is opaque.
    ///
    /// # Errors
    /// [`GrantError::ClaimsMalformed`] when the payload is not base64url, or nests deeper than claims ever do.
    pub fn payload(token: &Token) -> Result<Option<Vec<u8>>, GrantError> {
        let segments: Vec<_> = token.expose().split('.').collect();
        let [header, payload, _] = segments.as_slice() else { return Ok(None) };
        if !header.starts_with(JSON_OBJECT) {
            return Ok(None);
        }
        let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('='));
        json.ok().filter(|json| is_shallow(json)).map(Some).ok_or(GrantError::ClaimsMalformed)
    }
}

/// Whether this JSON nests no deeper than 32: parsers and whoever walks the claims later may be recursive.
fn is_shallow(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    json.iter().all(|byte| {
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

/// `{"` in base64url: how the header of every JWT in the field begins, and no opaque token by accident.
const JSON_OBJECT: &str = "eyJ";

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SubjectVisitor;

        impl Visitor<'_> for SubjectVisitor {
            type Value = Subject;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a string or a number")
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Subject, E> {
                Ok(Subject::Number(number))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Subject, E> {
                Ok(Subject::Number(number as f64))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Subject, E> {
                Ok(Subject::Number(number as f64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Subject, E> {
                Ok(Subject::Text(text.into()))
            }
        }

        deserializer.deserialize_any(SubjectVisitor)
    }
}
