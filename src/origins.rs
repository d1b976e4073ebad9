//! The origins that the token may be sent to. Only exact origins are accepted, and no similar text (promise 13).

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::rsplit_once;

/// The allow-list. Entries and candidates come from the same URL parser, so equal text means equal origins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins(Vec<String>);

/// Why an entry of the allow-list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginError {
    /// The entry uses plain `http` to another machine. Anyone on the network path could read the token (RFC 6750 §5.3).
    Insecure,
    /// The list is empty.
    Missing,
    /// Neither `http` nor `https`.
    Scheme,
}

impl Origins {
    /// Takes origins as the URL parser serialises them: scheme, host, and the port if it is not the default.
    ///
    /// # Errors
    /// [`OriginError`] for an empty list, or for the first entry that no token should be sent to.
    pub fn new(origins: Vec<String>) -> Result<Self, OriginError> {
        if origins.is_empty() {
            return Err(OriginError::Missing);
        }
        for origin in &origins {
            if let Some(authority) = origin.strip_prefix("http://") {
                if !is_this_machine(authority) {
                    return Err(OriginError::Insecure);
                }
            } else if !origin.starts_with("https://") {
                return Err(OriginError::Scheme);
            }
        }
        Ok(Self(origins))
    }

    /// Whether the token may be sent to this absolute, serialised URL.
    #[must_use]
    pub fn allows(&self, url: &str) -> bool {
        // A serialised http(s) URL always has a path, so a slash follows the exact origin.
        self.0.iter().any(|origin| url.strip_prefix(origin.as_str()).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The first entry. Relative endpoints are resolved against it.
    #[must_use]
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }
}

/// Whether the host is loopback, by name (RFC 6761 §6.3) or by address. The URL parser has already normalised every
/// spelling of the address.
fn is_this_machine(authority: &str) -> bool {
    let host = match rsplit_once(authority, b':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_ipv4 = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_ipv4 && host.starts_with("127.")
}
