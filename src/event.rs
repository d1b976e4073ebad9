//! The whole vocabulary between the core and its shell: inputs go in, effects come out.
//!
//! Every effect that will be answered carries an id and the answer repeats it, so a late answer is recognised.

use crate::{CallError, Grant, Instant, Millis, Token};

/// Something the page waits for: a request, a sign-in, a sign-out, or the first known status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

/// One exchange of credentials with the server. There is never more than one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExchangeId(pub u32);

/// Which token this is: counts up with every grant (promise 7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

/// Counts the sign-ins and sign-outs of a browser. What was begun in one epoch may mean something else in the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Something that happened outside the core.
#[derive(Debug)]
pub enum Input<P> {
    /// The page gave a call up.
    Aborted(CallId),
    /// The server's word in an exchange.
    Answered(ExchangeId, ExchangeResult<P>, Trace),
    /// The page wants to know when the status is known.
    Await(CallId),
    /// The vault has started.
    Booted(Trace),
    /// The result of [`Effect::Claim`]: the lease is ours, or another vault holds one. The trace was read before the claim.
    Claimed(ExchangeId, LeaseClaim, Trace),
    /// The vault goes away. Whatever is open fails now; nothing is sent any more.
    Closed,
    /// The last page has gone. Nothing is asked of the server until one comes (promise 2).
    ClientsGone,
    /// The lock asked for by [`Effect::Lock`] was given, or cannot exist here.
    Locked(ExchangeId, Lock),
    /// The network is back.
    Online,
    /// Another tab says something. A hint, which is checked; never a command (promise 11).
    Peer(PeerMessage, Trace),
    /// A request came back with the next token, of which [`Input::Responded`] then tells.
    Renewed(CallId, Token),
    /// A request came back.
    Responded(CallId, ResponseClass),
    /// The page came back from the back/forward cache (promise 18).
    Restored(Trace),
    /// The wall clock has advanced this much more than the monotonic clock: the machine slept, or the clock was set
    /// forward. Which of the two cannot be told, so it makes refreshes earlier and ends nothing.
    ClockJumped(Millis),
    /// It has come back, and the trace is being read: what was known may be over.
    Returned,
    /// The page wants a request sent.
    Send(CallId, Body),
    /// The page wants to sign in.
    SignIn(CallId),
    /// The page wants to sign out.
    SignOut(CallId, Trace),
    /// Time has passed. Early, late and double ticks are harmless.
    Tick(Trace),
    /// A page has connected; there may have been none before.
    ClientConnected(Trace),
    /// The page became visible or was resumed, or the trace may have changed.
    Woke(Trace),
}

/// Something the shell is to do. Drain them all with [`Session::poll`](crate::Session::poll) after every input.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// The exchange has timed out. A sign-in is aborted; a refresh may still be answered, and is read on.
    Abandon(ExchangeId),
    /// Tell the other tabs.
    Broadcast(PeerMessage),
    /// Acquire the lease that [`Trace::lease`] shows, unless another vault's is still valid: in one step, so that of two
    /// vaults one succeeds. The lease of an exchange that is not known to be slow counts for this long. Answered by
    /// [`Input::Claimed`].
    Claim(ExchangeId, Millis),
    /// Note in the lease that this exchange is slow.
    MarkSlow(ExchangeId),
    /// Talk to the server. Answered by [`Input::Answered`].
    Exchange(ExchangeId, ExchangeKind),
    /// Reject the call with this error.
    Fail(CallId, CallError),
    /// Ask for the lock that all tabs share. Answered by [`Input::Locked`].
    Lock(ExchangeId),
    /// The snapshot has changed.
    Notify,
    /// Write the hint and the epoch where [`Trace`] reads them, unless a newer epoch stands there. Comes true before
    /// any broadcast or unlocking that follows.
    Remember(Hint, Epoch),
    /// Something worth a line in a log or a devtools timeline.
    Report(Event),
    /// Hand the call the outcome that the shell holds for it.
    Settle(CallId, DeliveryPath),
    /// Send the request, with what [`Session::bearer`](crate::Session::bearer) gives for it.
    Transmit(CallId),
    /// Give the lock back, or stop waiting for it.
    Unlock(ExchangeId),
}

/// What an exchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// A new token for the old one.
    Refresh,
    /// A new session, for this call.
    SignIn(CallId),
    /// The end of the session at the server; for this call, or to make good for one that could not be told.
    SignOut(Option<CallId>),
}

/// What the server answered in an exchange, by its meaning for the session (promise 9).
#[derive(Debug)]
pub enum ExchangeResult<P> {
    /// The sign-out is known to the server.
    Done,
    /// A new token.
    Granted(Grant<P>),
    /// The server answered, and neither granted nor refused: what it sent is no grant, or it said 404.
    Malformed,
    /// A status that ends the session (400, 401 and 403, unless the configuration has others), or 401 or 403 to a sign-out.
    Refused,
    /// Offline, timeout, 408, 425, 429, 5xx: no word at all. With the pause the server asked for, if it did.
    Unreachable(Option<Millis>),
}

/// Whether a request can be sent a second time (promise 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// A stream: it is gone once it was sent.
    OneShot,
    /// No body, or one that can be read again.
    Replayable,
}

/// The response to a request, as far as the core needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseClass {
    /// Any answer but a 401, or none.
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
    /// Refused with a 401 that a retry could have mended, had the body not been a stream (promise 14).
    NotReplayed,
    /// Sent again with a newer token after a 401.
    Retried,
    /// Sent after waiting for a token.
    Waited,
}

/// Whose exchange it is that is now marked as begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseClaim {
    /// Ours.
    Ours,
    /// That of another vault, which may still bring its cookie home.
    Theirs,
}

/// Whether the shared lock could be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It is ours.
    Held,
    /// This engine or context has no locks.
    Missing,
}

/// What the browser's storage tells of the other vaults, past and present: readable, and no secret. It is read anew
/// for every input that carries one, and may be some moments old when it is handed in: never older than what this
/// vault has itself written, nor than the message or the lock that it comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Whether a user is signed in.
    pub hint: Hint,
    /// Which of all sessions it is about.
    pub epoch: Epoch,
    /// The exchange of another vault, unless that vault has noted its end.
    pub lease: Option<Lease>,
}

/// An exchange that a vault has begun, as the storage shows it to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// How long ago it began.
    pub age: Millis,
    /// Whether it, or the exchange before it, has taken longer than [`Policy::SLOW_EXCHANGE`](crate::Policy::SLOW_EXCHANGE).
    pub is_slow: bool,
}

/// Whether a user is signed in here, as far as is known without asking the server (promise 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// No user has signed in here.
    Never,
    /// Signed out, and the server could not be told yet.
    SignOutPending,
    /// A user is signed in.
    SignedIn,
    /// Signed out, or refused.
    SignedOut,
    /// The storage cannot be read. Asking the server is better than forgetting a session.
    Unknown,
}

impl Hint {
    /// Whether it says that the user meant to leave.
    #[must_use]
    pub const fn is_signed_out(self) -> bool {
        matches!(self, Self::SignOutPending | Self::SignedOut)
    }
}

/// What tabs tell each other. No token, no claim, no user datum, no identity (promise 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerMessage {
    /// The session is not what it was; have a look.
    Changed,
    /// A user signed in.
    SignedIn,
    /// The user signed out.
    SignedOut,
}

/// A redacted account of what happens, for logs and devtools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The session is over.
    Ended(Reason),
    /// A refresh brought no token. It is tried again at this time; never, if the session is over.
    RefreshFailed(RefreshFailure, Option<Instant>),
    /// A refresh has been sent.
    RefreshStarted(RefreshTrigger),
    /// A refresh brought the token of this generation.
    Refreshed(Generation),
    /// The server has not confirmed a sign-out. It is tried again at this time; never, if there is no way to prove whose
    /// session it is.
    SignOutPending(Option<Instant>),
    /// A user signed in here.
    SignedIn,
}

/// What set a refresh off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTrigger {
    /// Another tab, or a page back from the cache, asks for a look.
    Check,
    /// 75 % of the token's life is over.
    Due,
    /// A request found the token expired.
    Expired,
    /// A request came back with a 401.
    Rejected,
    /// The vault has started and a user was signed in.
    Restore,
}

/// What a failed refresh failed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshFailure {
    /// The server answered, and neither granted nor refused.
    Malformed,
    /// The server said no.
    Refused,
    /// There was no word from the server.
    Unreachable,
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The session could not be restored, or its token ran out and there is no way to refresh it.
    Expired,
    /// No user has signed in here.
    Never,
    /// Another account signed in elsewhere, and this tab could not follow.
    Replaced,
    /// The server refused to refresh a session that was alive.
    Revoked,
    /// The user signed out, here or in another tab.
    SignedOut,
}
