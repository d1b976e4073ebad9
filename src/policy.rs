//! The numbers and abilities the state machine works with. The only home of their defaults.

use crate::Millis;

/// How a session renews itself, and how long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Where the next token comes from.
    pub renewal: RefreshMode,
    /// Whether the server has a sign-out to be told about.
    pub sign_out: SignOutRoute,
    /// How long a vault keeps its token when no page is there any more (promise 2).
    pub retention: Millis,
    /// Whether a session cookie authenticates every request, so that a sign-out needs no token.
    pub session_cookie: bool,
}

/// Where the next token comes from (promise 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshMode {
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
    pub const fn new(renewal: RefreshMode, sign_out: SignOutRoute) -> Self {
        Self { renewal, sign_out, retention: Self::RETENTION, session_cookie: false }
    }

    /// How long acquiring the lease may take; then the exchange is sent without one.
    pub const CLAIM_TIMEOUT: Millis = Millis::seconds(2);
    /// How long an exchange is waited for. Common gateways give up at 60 s (nginx `proxy_read_timeout`), so a reply that
    /// takes longer is unlikely to come at all. No other exchange is sent meanwhile (promise 9).
    pub const EXCHANGE_TIMEOUT: Millis = Millis::seconds(70);
    /// An exchange without a reply for this long no longer keeps the page waiting: the snapshot says that the server
    /// cannot be reached, and a sign-out call settles. The exchange itself goes on.
    pub const REPORT_TIMEOUT: Millis = Millis::seconds(10);
    /// An access token that expires within this time is refreshed before a sign-out is sent with it.
    pub const EXPIRY_MARGIN: Millis = Millis::seconds(5);
    /// Two refreshes are at least this far apart, and a younger token is not doubted because of a 401.
    pub const MIN_REFRESH_INTERVAL: Millis = Millis::seconds(1);
    /// How long the lease of another vault lasts at most. Longer than [`Policy::EXCHANGE_TIMEOUT`], so that a vault that
    /// is alive has released its lease before it ends.
    pub const LEASE_TTL: Millis = Millis::seconds(75);
    /// How long the lease of a vault that is gone lasts if its exchange was not known to be slow
    /// ([`Policy::SLOW_EXCHANGE`]): a reload in mid-refresh waits this long (promise 10).
    pub const ORPHANED_LEASE_TTL: Millis = Millis::seconds(7);
    /// An exchange that takes longer makes the API slow: the lease of a vault that is gone then lasts its whole TTL.
    pub const SLOW_EXCHANGE: Millis = Millis::seconds(2);
    /// How often a vault that waits for the lock looks whether the lease of its holder is still there.
    pub const LEASE_POLL: Millis = Millis::seconds(1);
    /// How long other vaults' leases are waited for, one after the other; then the exchange is sent all the same, because
    /// a script of the page could renew a lease for ever (promise 11).
    pub const LEASE_WAIT_LIMIT: Millis = Millis::seconds(300);
    /// How long the shared lock is waited for while no lease shows that another vault is at work (promise 11).
    pub const LOCK_TIMEOUT: Millis = Millis::seconds(8);
    /// The default of [`Policy::retention`].
    pub const RETENTION: Millis = Millis::seconds(60);
    /// The pause before a refused refresh that may have lost a race is looked at once more (promise 9).
    pub const SECOND_LOOK: Millis = Millis(500);
    /// The pause after the API has refused a sign-out although the token was fresh.
    pub const SIGN_OUT_RETRY: Millis = Millis::seconds(300);
    /// How long a call waits for a token before it fails as unreachable.
    pub const CALL_PATIENCE: Millis = Millis::seconds(22);
}
