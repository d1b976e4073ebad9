//! Packets between tabs, server and disk.

use tokencell::{
    CallId, ExchangeId, ExchangeKind, ExchangeResult, Identity, Lease, LeaseClaim, Millis, PeerMessage, SharedState,
};

use super::server::{Cookie, Issued, User};
use super::tab::Seen;

/// A packet in transit. Its cookie is the one that the browser had when the request was sent.
#[derive(Debug)]
pub enum Packet {
    Ask {
        tab: usize,
        id: ExchangeId,
        kind: ExchangeKind,
        cookie: Option<Cookie>,
        bearer: Option<String>,
    },
    Told {
        tab: usize,
        id: ExchangeId,
        kind: ExchangeKind,
        said: Said,
    },
    Request {
        tab: usize,
        call: CallId,
        bearer: Option<String>,
    },
    Response {
        tab: usize,
        call: CallId,
        user: Option<User>,
    },
    /// The request for the user of this identity.
    AskUser {
        tab: usize,
        identity: Identity,
        bearer: Option<String>,
    },
    /// The user, if the server has sent one.
    User {
        tab: usize,
        identity: Identity,
        user: Option<User>,
    },
    Post {
        tab: usize,
        message: PeerMessage,
    },
    Locked {
        tab: usize,
        id: ExchangeId,
    },
    /// Shared state that was read, and the input that carries it. It is read again if the tab has written since.
    Read {
        tab: usize,
        shared: SharedState,
        written: u32,
        of: Traced,
    },
}

/// The inputs that carry shared state.
#[derive(Clone, Copy, Debug)]
pub enum Traced {
    Answered(ExchangeId, ExchangeKind, Said),
    Booted,
    /// The last field is the lease before the claim.
    Claimed(ExchangeId, LeaseClaim, Option<Lease>),
    Peer(PeerMessage),
    Restore(CallId),
    Restored,
    /// The call, how often `SignedIn` had been written, and whether the user did nothing for too long.
    SignOut(CallId, u32, bool),
    Tick,
    ClientConnected,
    Woke,
}

#[derive(Clone, Copy, Debug)]
pub enum Said {
    Granted(Issued, Cookie),
    Lost,
    Refused,
    SignedOut,
    Unavailable(Option<Millis>),
}

impl From<Said> for ExchangeResult<Seen> {
    fn from(said: Said) -> Self {
        match said {
            Said::Granted(issued, _) => Self::Granted(issued.grant()),
            Said::Lost => Self::Unreachable(None),
            Said::Refused => Self::Refused,
            Said::SignedOut => Self::Done,
            Said::Unavailable(asked) => Self::Unreachable(asked),
        }
    }
}
