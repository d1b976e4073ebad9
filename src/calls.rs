//! The open calls of the page: those that wait for a token, and those that have been sent to the server.

use alloc::vec::Vec;

use crate::call_map::CallMap;
use crate::identity::Identity;
use crate::queue::Queue;
use crate::{Body, CallId, DeliveryPath, Generation, Instant};

/// All open requests, and all that wait for the first known status.
#[derive(Debug, Default)]
pub struct Calls {
    open: CallMap<Call>,
    /// The wait queue, in the order in which the calls began to wait. All calls wait equally long, so this is also the
    /// order in which they time out. An entry is skipped if its call no longer waits.
    line: Queue<(CallId, Instant)>,
}

/// One open call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub need: Need,
    /// The identity that the request belongs to, once it is known. The request is never sent for another user
    /// (promise 8).
    pub identity: Option<Identity>,
    /// The token that the request was last sent with (promise 7). If a call has a generation and waits, the shell holds
    /// a 401 for it.
    pub generation: Option<Generation>,
    /// How the call gets its response.
    pub via: DeliveryPath,
    /// When the wait of the call ends, while it waits.
    pub until: Option<Instant>,
}

/// What a call needs before it can continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The first known status.
    Status,
    /// A newer token than this.
    Newer(Generation, Demand),
    /// The newest token, for a request with this body.
    Token(Body),
}

/// Why the page demands a newer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A refresh with a body of the page's own.
    OwnRefresh,
    /// A refresh.
    Refresh,
    /// The page asks whether there is a session, so the end of the session is an answer, too.
    Restore,
}

impl Need {
    pub const fn is_own_refresh(self) -> bool {
        matches!(self, Self::Newer(_, Demand::OwnRefresh))
    }
}

impl Call {
    pub const fn new(need: Need, identity: Option<Identity>) -> Self {
        Self { need, identity, generation: None, via: DeliveryPath::Direct, until: None }
    }
}

impl Calls {
    pub fn get(&self, id: CallId) -> Option<&Call> {
        self.open.get(id)
    }

    pub fn insert(&mut self, id: CallId, call: Call) {
        self.open.insert(id, call);
    }

    pub fn remove(&mut self, id: CallId) -> Option<Call> {
        self.open.remove(id)
    }

    /// Adds the call to the end of the wait queue.
    pub fn enqueue(&mut self, id: CallId, mut call: Call, until: Instant) {
        call.until = Some(until);
        self.open.insert(id, call);
        self.line.push((id, until));
    }

    /// Removes all calls from the wait queue and returns them in its order. The calls stay open.
    pub fn drain(&mut self) -> Vec<(CallId, Instant, Call)> {
        let mut waiting = Vec::new();
        while let Some((id, until)) = self.line.pop() {
            if let Some(call) = self.open.get_mut(id).filter(|call| call.until == Some(until)) {
                waiting.push((id, until, *call));
                call.until = None;
            }
        }
        waiting
    }

    /// Closes and returns the next call whose wait has ended.
    pub fn give_up(&mut self, now: Instant) -> Option<(CallId, Call)> {
        if self.patience_ends()? > now {
            return None;
        }
        let (id, _) = self.line.pop()?;
        self.open.remove(id).map(|call| (id, call))
    }

    /// When the wait of the first call in the wait queue ends.
    pub fn patience_ends(&mut self) -> Option<Instant> {
        while let Some((id, until)) = self.line.first() {
            if self.open.get(*id).is_some_and(|call| call.until == Some(*until)) {
                return Some(*until);
            }
            self.line.pop();
        }
        None
    }

    /// Whether `test` returns true for an open call.
    pub fn any(&self, test: impl Fn(&Call) -> bool) -> bool {
        self.open.any(test)
    }

    /// Closes the calls for which `test` returns true, and returns their ids.
    pub fn close(&mut self, test: impl Fn(&Call) -> bool) -> Vec<CallId> {
        self.open.extract(test)
    }
}
