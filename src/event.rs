//! All types that the core and its shell exchange. The shell passes inputs to the core, and the core returns effects.
//!
//! Every effect that the shell answers carries an id. The answer repeats this id, so the core recognises a late answer.

use crate::identity::Identity;
use crate::{CallError, Grant, Instant, Millis};

/// The id of a call of the page: a request, a sign-in, a sign-out, or a wait for the first known status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// The id of an exchange of credentials with the server. A session starts at most one exchange at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExchangeId(pub u32);

/// The number of a token. It increases with every new token (promise 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

/// Counts the sign-ins and sign-outs of a browser. The result of an exchange that started in an earlier epoch may
/// belong to another session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The next epoch.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Something that happened outside the core.
#[derive(Debug)]
pub enum Input<P> {
    /// The page has aborted this call.
    Aborted(CallId),
    /// The result of an exchange with the server.
    Answered(ExchangeId, ExchangeResult<P>, SharedState),
    /// The page waits until the status is known.
    Await(CallId),
    /// The vault has started.
    Booted(SharedState),
    /// The result of [`Effect::Claim`]: this vault has acquired the lease, or another vault holds one. The shared state
    /// was read before the claim.
    Claimed(ExchangeId, LeaseClaim, SharedState),
    /// The vault is closed. All open calls fail now, and the core sends nothing more.
    Closed,
    /// The last page has disconnected. The core starts no scheduled exchange until a page connects (promise 2).
    ClientsGone,
    /// The browser has granted the lock that [`Effect::Lock`] requested, or the lock is not available here.
    Locked(ExchangeId, Lock),
    /// The network is available again.
    Online,
    /// Another tab has posted a message. The core treats it as a hint and checks it; it is never a command
    /// (promise 11).
    Peer(PeerMessage, SharedState),
    /// The page wants a refresh now. The value is true if the request has a body of the page's own.
    Refresh(CallId, bool),
    /// The page wants the user to be loaded again.
    ReloadUser,
    /// The response to this request brings the next token. [`Input::Responded`] follows for the same response.
    Renewed(CallId, Grant<P>),
    /// A request has got a response, or has failed without one.
    Responded(CallId, ResponseClass),
    /// The page asks whether the API knows a session, whatever the shared state says.
    Restore(CallId, SharedState),
    /// The browser has restored the page from the back/forward cache (promise 18).
    Restored(SharedState),
    /// The wall clock has advanced this much more than the monotonic clock: the machine slept, or the clock was set
    /// forward. The core cannot distinguish the two, so it refreshes earlier and ends no session.
    ClockJumped(Millis),
    /// The browser has restored the page from the back/forward cache, and the shell is reading the shared state. The
    /// session may have ended in the meantime. [`Input::Restored`] follows.
    Returned,
    /// The page wants to send a request. The identity is that of the session which the page shows: `None` if it shows none.
    Send(CallId, Body, Option<Identity>),
    /// The page wants to sign in.
    SignIn(CallId),
    /// The page wants to sign out. The value is true if the user did nothing for too long.
    SignOut(CallId, bool, SharedState),
    /// Time has passed. Early, late and double ticks are harmless.
    Tick(SharedState),
    /// The result of [`Effect::LoadUser`]: a profile with the user; `None` if the server brought no user.
    UserLoaded(Identity, Option<P>),
    /// A page has connected. It may be the only one.
    ClientConnected(SharedState),
    /// The page became visible or was resumed, or the shared state may have changed.
    Woke(SharedState),
}

/// An action for the shell. After every input, call [`Session::poll`](crate::Session::poll) until it returns `None`.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// The exchange has timed out. The shell aborts a sign-in. The response to a refresh may still arrive; the shell
    /// then reads it.
    Abandon(ExchangeId),
    /// Post this message to the other tabs.
    Broadcast(PeerMessage),
    /// Acquire the refresh lease that [`SharedState::lease`] shows, unless the lease of another vault is still valid. The
    /// shell does this in one atomic step, so that only one of two vaults succeeds. The lease of an exchange that is
    /// not known to be slow is valid for this long. The shell answers with [`Input::Claimed`].
    Claim(ExchangeId, Millis),
    /// Record in the lease that this exchange is slow.
    MarkSlow(ExchangeId),
    /// Send the request of this exchange to the server. The shell answers with [`Input::Answered`].
    Exchange(ExchangeId, ExchangeKind),
    /// Reject the call with this error.
    Fail(CallId, CallError),
    /// Load the user of this identity from the server. The shell answers with [`Input::UserLoaded`].
    LoadUser(Identity),
    /// Request the lock that all tabs share. The shell answers with [`Input::Locked`].
    Lock(ExchangeId),
    /// Notify the page that the snapshot has changed.
    Notify,
    /// Write the hint and the epoch to the storage that [`SharedState`] is read from, unless the storage has a newer epoch.
    /// The shell completes the write before any broadcast or unlock that follows.
    Remember(Hint, Epoch),
    /// Emit this event for a log or a devtools timeline.
    Report(Event),
    /// Settle the call with the result that the shell holds for it.
    Settle(CallId, DeliveryPath),
    /// Send the request with the credential that [`Session::bearer`](crate::Session::bearer) returns for it.
    Transmit(CallId),
    /// Release the lock, or stop waiting for it.
    Unlock(ExchangeId),
}

/// The purpose of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// Replace the token with a new one.
    Refresh,
    /// Start a new session, for this call.
    SignIn(CallId),
    /// End the session at the server, for this call. `None` is a retry of a pending sign-out.
    SignOut(Option<CallId>),
}

/// The result of an exchange, classified by its meaning for the session (promise 9).
#[derive(Debug)]
pub enum ExchangeResult<P> {
    /// The server has confirmed the sign-out.
    Done,
    /// The server has granted a new token.
    Granted(Grant<P>),
    /// The server answered, but the answer is neither a grant nor a refusal: for example an invalid body, or status
    /// 404.
    Malformed,
    /// A status that ends the session (400, 401 and 403, unless the configuration lists others), or status 401 or 403
    /// as the answer to a sign-out.
    Refused,
    /// There is no usable answer: offline, timeout, or status 408, 425, 429 or 5xx. The value is the pause that the
    /// server has requested, if any.
    Unreachable(Option<Millis>),
}

/// Whether a request can be sent a second time (promise 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A stream, which can be sent only once.
    OneShot,
    /// No body, or one that can be read again.
    Replayable,
}

/// The part of a response that the core needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseClass {
    /// Any status except 401, or no response.
    Other,
    /// 401.
    Unauthorized,
}

/// How a call got its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryPath {
    /// Sent without a token, because there was no session.
    Anonymous,
    /// Sent at once.
    Direct,
    /// Answered with a 401. A newer token was available, but the body was a stream and could not be sent again
    /// (promise 14).
    NotReplayed,
    /// Sent again with a newer token after a 401.
    Retried,
    /// Sent after waiting for a token.
    Waited,
}

/// Which vault holds the refresh lease after a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseClaim {
    /// This vault.
    Ours,
    /// Another vault. The browser may still receive the cookie of its exchange.
    Theirs,
}

/// The result of a request for the shared lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// This vault holds the lock.
    Held,
    /// This engine or context has no locks.
    Missing,
}

/// The shared state: what the browser's storage shows about all other vaults, past and present. It is readable and
/// contains no secret. The shell reads it again for every input that carries it. The value may be a few moments old
/// when the core gets it. It is never older than the last write of this vault, and never older than the message or the
/// lock that it comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedState {
    /// Whether a user is signed in.
    pub hint: Hint,
    /// The epoch that the hint belongs to.
    pub epoch: Epoch,
    /// The refresh lease of another vault, unless that vault has released it.
    pub lease: Option<Lease>,
    /// Whether the storage did not answer, so that this is what the vault knew last.
    pub is_stale: bool,
}

/// A refresh lease: the record in the storage that shows other vaults that a vault has started an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// How long ago the exchange began.
    pub age: Millis,
    /// Whether this exchange, or the one before it, has taken longer than
    /// [`Policy::SLOW_EXCHANGE`](crate::Policy::SLOW_EXCHANGE).
    pub is_slow: bool,
}

/// Whether a user is signed in here, as far as the storage shows it without a request to the server (promise 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// No user has signed in here.
    Never,
    /// The user signed out, and the server has not confirmed it yet.
    SignOutPending,
    /// A user is signed in.
    SignedIn,
    /// The user signed out, or the server refused the session.
    SignedOut,
    /// The storage cannot be read. The core asks the server, because a session may exist.
    Unknown,
}

impl Hint {
    /// Whether the hint says that the user signed out.
    #[must_use]
    pub const fn is_signed_out(self) -> bool {
        matches!(self, Self::SignOutPending | Self::SignedOut)
    }
}

/// A message between tabs. It contains no token, no claim, no user data and no identity (promise 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerMessage {
    /// The session has changed; the other tabs check it.
    Changed,
    /// A user signed in.
    SignedIn,
    /// The user signed out.
    SignedOut,
}

/// A redacted event for logs and devtools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The session has ended.
    Ended(Reason),
    /// A refresh brought no token. The next attempt is at this time; `None` if the session has ended.
    RefreshFailed(RefreshFailure, Option<Instant>),
    /// A refresh has been sent.
    RefreshStarted(RefreshTrigger),
    /// A refresh brought the token of this generation.
    Refreshed(Generation),
    /// The server has not confirmed a sign-out. The next attempt is at this time; `None` if there is none, because the
    /// vault has no credential that proves whose session it is, or the server does not understand the request.
    SignOutPending(Option<Instant>),
    /// A user signed in here.
    SignedIn,
}

/// The cause of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTrigger {
    /// The session is checked, because of a message from another tab or a page restored from the back/forward cache.
    Check,
    /// 75 % of the token's lifetime has passed.
    Due,
    /// The page made a request after the token had expired.
    Expired,
    /// The server answered a request with a 401.
    Rejected,
    /// The page demanded it.
    Requested,
    /// The vault has started and a user was signed in.
    Restore,
}

/// Why a refresh failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshFailure {
    /// The server answered, but the answer is neither a grant nor a refusal.
    Malformed,
    /// The server refused the refresh.
    Refused,
    /// The server gave no usable answer.
    Unreachable,
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The session could not be restored, or its token expired and cannot be refreshed.
    Expired,
    /// The user did nothing for too long.
    Idle,
    /// No user has signed in here.
    Never,
    /// A user signed in with another account in another tab, and this tab could not take over the new session.
    Replaced,
    /// The server refused to refresh an active session.
    Revoked,
    /// The user signed out, here or in another tab.
    SignedOut,
}
