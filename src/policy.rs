//! The time limits and options of the state machine. This file defines all their defaults.

use crate::Millis;

/// How a session is refreshed, and how long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Where the next token comes from.
    pub renewal: RefreshMode,
    /// Whether the server has a sign-out endpoint.
    pub sign_out: SignOutRoute,
    /// How long a vault keeps its token after the last page has disconnected (promise 2).
    pub retention: Millis,
    /// Whether a session cookie authenticates every request, so that a sign-out needs no token.
    pub session_cookie: bool,
    /// Whether an endpoint of the server brings the user, if a grant does not.
    pub loads_user: bool,
}

/// Where the next token comes from (promise 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshMode {
    /// The API sends a refresh token in the body. The token stays in the vault.
    Body,
    /// An HttpOnly cookie that the browser sends by itself.
    Cookie,
    /// There is no refresh. The token expires.
    None,
}

/// Whether the server has a sign-out endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOutRoute {
    /// A sign-out is local: it sends no request.
    None,
    /// A sign-out sends a request to the server.
    Server,
}

impl Policy {
    /// Creates a policy in which all other fields have their default values.
    #[must_use]
    pub const fn new(renewal: RefreshMode, sign_out: SignOutRoute) -> Self {
        Self { renewal, sign_out, retention: Self::RETENTION, session_cookie: false, loads_user: false }
    }

    /// How long the acquisition of the lease may take. After this time, the exchange is sent without a lease.
    pub const CLAIM_TIMEOUT: Millis = Millis::seconds(2);
    /// How long the session waits for the response of an exchange. Common gateways time out after 60 s (nginx
    /// `proxy_read_timeout`), so a response that takes longer is unlikely to arrive. During this time no other exchange
    /// is sent (promise 9).
    pub const EXCHANGE_TIMEOUT: Millis = Millis::seconds(70);
    /// How long the page waits for the response of an exchange. After this time, the snapshot says that the server
    /// cannot be reached, and a sign-out call settles. The exchange itself continues.
    pub const REPORT_TIMEOUT: Millis = Millis::seconds(10);
    /// How long the page waits for the user of a new session. After this time, the page sees the session without a user.
    pub const USER_TIMEOUT: Millis = Millis::seconds(10);
    /// An access token that expires within this time is refreshed before a sign-out is sent with it.
    pub const EXPIRY_MARGIN: Millis = Millis::seconds(5);
    /// The minimum time between two refreshes. A 401 for a token that is younger than this causes no refresh.
    pub const MIN_REFRESH_INTERVAL: Millis = Millis::seconds(1);
    /// How long the lease of another vault is valid at most. This is longer than [`Policy::EXCHANGE_TIMEOUT`], so that
    /// a running vault releases its lease before the lease expires.
    pub const LEASE_TTL: Millis = Millis::seconds(75);
    /// How long the lease of a vault that no longer runs is valid, if its exchange was not known to be slow
    /// ([`Policy::SLOW_EXCHANGE`]). After a reload during a refresh, the new vault waits this long (promise 10).
    pub const ORPHANED_LEASE_TTL: Millis = Millis::seconds(7);
    /// An exchange that takes longer than this marks the API as slow. The lease of a vault that no longer runs is then
    /// valid for the whole [`Policy::LEASE_TTL`].
    pub const SLOW_EXCHANGE: Millis = Millis::seconds(2);
    /// How often a vault that waits for the lock checks whether the lock's holder still has its lease.
    pub const LEASE_POLL: Millis = Millis::seconds(1);
    /// How long an exchange waits for the leases of other vaults in total. After this time, the exchange is sent
    /// anyway, because a script of the page could renew a lease without end (promise 11).
    pub const LEASE_WAIT_LIMIT: Millis = Millis::seconds(300);
    /// How long an exchange waits for the shared lock while no lease shows that another vault performs an exchange
    /// (promise 11).
    pub const LOCK_TIMEOUT: Millis = Millis::seconds(8);
    /// The default of [`Policy::retention`].
    pub const RETENTION: Millis = Millis::seconds(60);
    /// The pause before a refused refresh is tried once more, if its credential may have been spent already
    /// (promise 9).
    pub const REFUSAL_RETRY: Millis = Millis(500);
    /// The pause after the API has refused a sign-out although the token was fresh.
    pub const SIGN_OUT_RETRY: Millis = Millis::seconds(300);
    /// How long a call waits for a token before it fails as unreachable.
    pub const CALL_TIMEOUT: Millis = Millis::seconds(22);
}
