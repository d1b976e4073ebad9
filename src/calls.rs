//! The open calls of the page: which wait for a token, and which are with the server.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::call_map::CallMap;
use crate::identity::Identity;
use crate::{Body, CallId, DeliveryPath, Generation, Instant};

/// All open requests, and all that wait for the first known status.
#[derive(Debug, Default)]
pub struct Calls {
    open: CallMap<Call>,
    /// In the order in which they began to wait; as all wait equally long, also the order in which they give up.
    /// An entry whose call has moved on is skipped.
    line: VecDeque<(CallId, Instant)>,
}

/// One open call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub need: Need,
    /// Whose request this is, once that is known. It is never sent for another user (promise 8).
    pub identity: Option<Identity>,
    /// The token it last went out with (promise 7). If it waits all the same, the shell holds a 401 for it.
    pub generation: Option<Generation>,
    /// How it is getting its answer.
    pub via: DeliveryPath,
    /// The end of its wait, while it waits.
    pub until: Option<Instant>,
}

/// What a call needs to get on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The first known status.
    Status,
    /// The best token there is, for a request with this body.
    Token(Body),
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

    /// Puts the call at the end of the line.
    pub fn enqueue(&mut self, id: CallId, mut call: Call, until: Instant) {
        call.until = Some(until);
        self.open.insert(id, call);
        self.line.push_back((id, until));
    }

    /// Everybody in the line, first come first served. They leave it, and stay open.
    pub fn drain(&mut self) -> Vec<(CallId, Instant, Call)> {
        let mut waiting = Vec::with_capacity(self.line.len());
        for (id, until) in core::mem::take(&mut self.line) {
            if let Some(call) = self.open.get_mut(id).filter(|call| call.until == Some(until)) {
                waiting.push((id, until, *call));
                call.until = None;
            }
        }
        waiting
    }

    /// The next call whose wait is over, closed.
    pub fn give_up(&mut self, now: Instant) -> Option<(CallId, Call)> {
        if self.patience_ends()? > now {
            return None;
        }
        let (id, _) = self.line.pop_front()?;
        self.open.remove(id).map(|call| (id, call))
    }

    /// When the first in the line gives up.
    pub fn patience_ends(&mut self) -> Option<Instant> {
        while let Some((id, until)) = self.line.front() {
            if self.open.get(*id).is_some_and(|call| call.until == Some(*until)) {
                return Some(*until);
            }
            self.line.pop_front();
        }
        None
    }

    /// Closes and returns the calls that the test names.
    pub fn close(&mut self, test: impl Fn(&Call) -> bool) -> Vec<CallId> {
        self.open.extract(test)
    }
}
