//! A grant: the result of a successful sign-in or refresh. It is checked once, when it enters the core.

use alloc::vec::Vec;

use crate::{Claims, Credentials, GrantError, Millis, Subject, Token};

/// A checked answer to a sign-in or refresh. `P` is the profile that the shell keeps for the page (user, claims).
#[derive(Debug)]
pub struct Grant<P> {
    pub(crate) credentials: Credentials,
    pub(crate) lifetime: Option<Millis>,
    pub(crate) subject: Option<Subject>,
    pub(crate) profile: P,
}

/// What the shell shows of a user in addition to the status. It is opaque to the core, which only decides when to drop
/// it.
pub trait Profile {
    /// Takes over the values that this grant did not repeat from the previous profile of the same user.
    fn inherit(&mut self, previous: Self);
    /// Whether the user is known.
    fn has_user(&self) -> bool;
    /// Takes over the user from this profile, which an answer of the endpoint for the user has brought.
    fn set_user(&mut self, loaded: Self);
}

/// The parts of a token response, before they are checked.
#[derive(Debug)]
pub struct GrantParts<P> {
    /// The access token, already checked; `None` if a cookie replaces it, or if the previous token is still valid.
    pub access: Option<Token>,
    /// A refresh token from the body, if the API sends one.
    pub refresh: Option<Token>,
    /// `expires_in` of the body, in seconds (RFC 6749 §5.1).
    pub expires_in: Option<f64>,
    /// The claims, if the access token is a JWT.
    pub claims: Option<Claims>,
    /// The `Date` header of the response, in seconds since the epoch, if it can be read.
    pub date: Option<f64>,
    /// The profile that the page will see.
    pub profile: P,
}

impl<P> Grant<P> {
    /// The tokens of this grant, for code that removes them from other data.
    #[must_use]
    pub fn tokens(&self) -> Vec<&Token> {
        self.credentials.access.iter().chain(&self.credentials.refresh).collect()
    }

    /// Checks the parts of a token response.
    ///
    /// The lifetime is `expires_in`. If that is missing, the lifetime is `exp − iat`. If `iat` is missing too, the
    /// lifetime is `exp` minus the server's own `Date`. The client's clock is never used (promise 5). If the lifetime
    /// cannot be computed from these values, it is unknown, and only a 401 causes a refresh.
    ///
    /// # Errors
    /// [`GrantError::LifetimeInvalid`] when a time is not a number of seconds that a calendar can represent, or when
    /// the token would have expired before it was issued.
    pub fn new(parts: GrantParts<P>) -> Result<Self, GrantError> {
        let claims = parts.claims.unwrap_or_default();
        let date = |seconds: Option<f64>| match seconds {
            Some(seconds) if !CALENDAR.contains(&seconds) => Err(GrantError::LifetimeInvalid),
            seconds => Ok(seconds),
        };
        let (exp, issued) = (date(claims.exp)?, date(claims.iat)?.or(parts.date));
        let lifetime = match (parts.expires_in, exp, issued) {
            (Some(seconds), _, _) => Some(seconds),
            (None, Some(exp), Some(issued)) => Some(exp - issued),
            _ => None,
        };
        let lifetime = match lifetime {
            Some(seconds) => Some(Millis::from_seconds(seconds).ok_or(GrantError::LifetimeInvalid)?),
            None => None,
        };
        Ok(Self {
            credentials: Credentials { access: parts.access, refresh: parts.refresh },
            lifetime,
            subject: claims.sub,
            profile: parts.profile,
        })
    }
}

/// The valid range of a NumericDate, in seconds: from the epoch to the end of the year 9999.
const CALENDAR: core::ops::RangeInclusive<f64> = 0.0..=253_402_300_799.0;
