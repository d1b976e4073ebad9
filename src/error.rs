//! All errors of the core. Serialized, they are the codes that are part of the API. The messages for people are in
//! `js/common/errors.ts`.

/// Why a token response was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantError {
    /// The body is not JSON, or is too large to be a token response.
    BodyMalformed,
    /// The payload of a JWT is not a JSON object, or a claim has the wrong type.
    ClaimsMalformed,
    /// `exp`, `iat` or `expires_in` is negative, not finite or too large for a calendar, or the token has no lifetime
    /// left.
    LifetimeInvalid,
    /// The token contains a character that is not allowed in an `Authorization` header.
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
    /// A session of another account has replaced this session (promise 17).
    Replaced,
    /// The refresh endpoint answers, but its answer contains no usable token. The shell reports what is wrong with the
    /// answer.
    RefreshUnusable,
    /// The session ended (refused or expired) before the call could be sent.
    SessionEnded,
    /// The user signed out while the call was open (promise 16).
    SignedOut,
    /// No refresh succeeded within the time that a call waits. The session has not ended, so the caller can retry
    /// (promise 9).
    Unreachable,
}
