//! The numbers and abilities the state machine works with. The only home of their defaults.

use crate::Millis;

/// How a session renews itself, and how long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Where the next token comes from.
    pub renewal: Renewal,
    /// Whether the server has a sign-out to be told about.
    pub sign_out: SignOutRoute,
    /// How long a vault keeps its token when no page is there any more (promise 2).
    pub retention: Millis,
}

/// Where the next token comes from (promise 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The API sends a refresh token in the body; it stays in the cell.
    Body,
    /// An HttpOnly cookie that the browser sends by itself.
    Cookie,
    /// There is no refresh; the token simply expires.
    None,
}

/// Whether the server has a sign-out to be told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOutRoute {
    /// Signing out is a local affair.
    None,
    /// The server is told.
    Server,
}

impl Policy {
    /// With everything else at its default.
    #[must_use]
    pub const fn new(renewal: Renewal, sign_out: SignOutRoute) -> Self {
        Self { renewal, sign_out, retention: Self::RETENTION }
    }

    /// How long it may take to mark an exchange as begun; then it goes unmarked.
    pub const CLAIM_PATIENCE: Millis = Millis::seconds(2);
    /// A refresh, or a sign-out that is being told, is given up after this.
    pub const EXCHANGE_TIMEOUT: Millis = Millis::seconds(10);
    /// Two refreshes are at least this far apart, and a younger token is not doubted because of a 401.
    pub const FLOOR: Millis = Millis::seconds(1);
    /// How long the shared lock is waited for; then it goes without (promise 11).
    pub const LOCK_PATIENCE: Millis = Millis::seconds(8);
    /// The default of [`Policy::retention`].
    pub const RETENTION: Millis = Millis::seconds(60);
    /// The pause before a refused refresh that may have lost a race is looked at once more (promise 9).
    pub const SECOND_LOOK: Millis = Millis(500);
    /// How long the exchange of a page that died is given to bring its cookie home (promise 10).
    pub const SETTLING: Millis = Millis::seconds(3);
    /// A sign-in is given up after this: password hashing may be slow, and a person is waiting.
    pub const SIGN_IN_TIMEOUT: Millis = Millis::seconds(30);
    /// How long a call waits for a refresh before it fails as unreachable. Longer than a lock wait, the settling
    /// and a refresh that times out together.
    pub const CALL_PATIENCE: Millis = Millis::seconds(22);
}
