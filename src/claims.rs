//! What a JWT says about itself: a hint for scheduling and display, never authorisation (RFC 8725 §3.10).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::Token;

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
    /// `Some(None)` is a token that looks like a JWT and whose payload is not base64url.
    #[must_use]
    pub fn payload(token: &Token) -> Option<Option<Vec<u8>>> {
        let mut segments = token.expose().split('.');
        let (header, payload) = (segments.next()?, segments.next()?);
        let is_jwt = segments.next().is_some() && segments.next().is_none() && header.starts_with(JSON_OBJECT);
        is_jwt.then(|| URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok())
    }
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
