//! Every way in which the core says no. The codes are API; the sentences for people live in `js/errors.ts`.

/// Why a token response was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantError {
    /// The body is not JSON, or is too large to be a token response.
    BodyMalformed,
    /// The payload of a JWT is not a JSON object, or a claim has the wrong type.
    ClaimsMalformed,
    /// `exp`, `iat` or `expires_in` is negative, not finite, beyond the calendar, or leaves no time at all.
    LifetimeInvalid,
    /// The token has a character that cannot stand in an `Authorization` header.
    TokenMalformed,
    /// There is no token where the configuration says it is.
    TokenMissing,
    /// The token is longer than any server would accept.
    TokenTooLarge,
}

/// Why a call of the page fails without an answer from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The vault was closed while the call was open.
    Closed,
    /// Another account took this session over (promise 17).
    Replaced,
    /// The refresh endpoint answers, and brings no token. The shell says what is wrong with the answer.
    RefreshUnusable,
    /// The session ended (refused or expired) before the call could be sent.
    SessionEnded,
    /// The user signed out while the call was open (promise 16).
    SignedOut,
    /// No refresh came through within the time a call waits. Worth another try; the session lives (promise 9).
    Unreachable,
}

impl GrantError {
    /// The stable code under which JavaScript sees this error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BodyMalformed => "body-malformed",
            Self::ClaimsMalformed => "claims-malformed",
            Self::LifetimeInvalid => "lifetime-invalid",
            Self::TokenMalformed => "token-malformed",
            Self::TokenMissing => "token-missing",
            Self::TokenTooLarge => "token-too-large",
        }
    }
}

impl CallError {
    /// The stable code under which JavaScript sees this error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Replaced => "replaced",
            Self::RefreshUnusable => "refresh-unusable",
            Self::SessionEnded => "session-ended",
            Self::SignedOut => "signed-out",
            Self::Unreachable => "unreachable",
        }
    }
}
