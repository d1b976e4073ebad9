//! One tab: a session, and what its page has seen of it.

use std::collections::BTreeMap;

use tokencell::{
    CallError, CallId, DeliveryPath, Effect, Event, ExchangeId, Input, Instant, Policy, Profile, Session, Status,
};

use super::User;

#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub user: Option<User>,
}

impl Profile for Seen {
    fn inherit(&mut self, previous: Self) {
        self.user = self.user.or(previous.user);
    }

    fn has_user(&self) -> bool {
        self.user.is_some()
    }

    fn set_user(&mut self, loaded: Self) {
        self.user = loaded.user;
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Failed(CallError),
    /// The user is the one that the server served the request for. `None` means a 401, or a call without a request.
    Settled(DeliveryPath, Option<User>),
}

#[derive(Debug)]
pub struct Call {
    pub opened: Instant,
    pub closed: Option<Instant>,
    /// The user that the call was made for, or was first sent for.
    pub user: Option<User>,
    pub is_request: bool,
    pub was_sent: bool,
    pub sends: u32,
    pub served_as: Option<User>,
    pub outcome: Option<Outcome>,
}

#[derive(Debug)]
pub struct Tab {
    pub session: Session<Seen>,
    pub alive: bool,
    pub calls: BTreeMap<CallId, Call>,
    pub statuses: Vec<Status>,
    pub events: Vec<Event>,
    /// The exchange that this tab has sent and that has no answer yet, and when it was sent.
    pub asking: Option<(ExchangeId, Instant)>,
    /// The exchange that has a lease and has not been sent yet.
    pub claimed: Option<ExchangeId>,
    pub credentials: BTreeMap<CallId, User>,
    /// The number of refusals since the tab was last authenticated.
    pub refusals: u32,
    /// How often `SignedIn` had been written when this tab's user signed out.
    pub left_at: Option<u32>,
    /// How often this tab has written the shared state. `ticking` says whether a tick waits for a reading.
    pub written: u32,
    pub ticking: bool,
    /// No page is connected, so no page makes calls.
    pub clients_gone: bool,
    /// How many inputs the session has got. A limit makes an endless loop a failure.
    pub inputs: u32,
}

impl Tab {
    pub fn new(policy: Policy, seed: u32) -> Self {
        Self {
            session: Session::new(policy, seed),
            alive: true,
            calls: BTreeMap::new(),
            statuses: vec![],
            events: vec![],
            asking: None,
            claimed: None,
            credentials: BTreeMap::new(),
            refusals: 0,
            left_at: None,
            written: 0,
            ticking: false,
            clients_gone: false,
            inputs: 0,
        }
    }

    pub fn handle(&mut self, input: Input<Seen>, now: Instant) -> Vec<Effect> {
        match input {
            Input::ClientsGone => self.clients_gone = true,
            Input::ClientConnected(_) => self.clients_gone = false,
            _ => {}
        }
        self.inputs += 1;
        assert!(self.inputs < 1_000_000, "the session gets inputs without end");
        self.session.handle(input, now);
        let effects: Vec<_> = std::iter::from_fn(|| self.session.poll()).take(100_000).collect();
        assert!(effects.len() < 100_000, "the session has effects without end");
        effects
    }

    pub fn status(&self) -> Status {
        self.session.snapshot().status
    }

    pub fn user(&self) -> Option<User> {
        self.session.snapshot().profile.and_then(|seen| seen.user)
    }

    pub fn open_calls(&self) -> usize {
        self.calls.values().filter(|call| call.outcome.is_none()).count()
    }
}
