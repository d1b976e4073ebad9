//! The connections between the tabs, and the invariants that hold in every case.

use std::collections::VecDeque;

use tokencell::{
    Body, CallId, Epoch, ExchangeId, ExchangeKind, ExchangeResult, Hint, Identity, Input, Instant, Lease, Lock, Millis,
    Policy, RefreshMode, ResponseClass, SharedState, SignOutRoute, Status,
};

use super::packet::{Packet, Said, Traced};
use super::server::{Cookie, Server, User};
use super::tab::{Outcome, Seen, Tab};

mod demands;
mod perform;

pub struct World {
    pub now: Instant,
    pub tabs: Vec<Tab>,
    pub server: Server,
    pub jar: Option<Cookie>,
    pub hint: Hint,
    pub epoch: Epoch,
    pub wire: VecDeque<(Instant, Packet)>,
    /// Whether the engines in this world have locks.
    pub locks: bool,
    /// A script of the page holds the lock and never releases it.
    pub hogged: bool,
    /// A reading of the shared state takes time, and may be outdated when it arrives.
    pub slow_reads: bool,
    pub policy: Policy,
    /// The endpoint for the user answers with an error.
    pub user_fails: bool,
    /// How often the endpoint for the user was asked.
    pub user_requests: u32,
    lock: VecDeque<(usize, ExchangeId)>,
    lock_given: bool,
    marker: Option<Instant>,
    /// Whether the exchange of the lease, or the one before it, was slow.
    pub is_slow: bool,
    pub signed_in_writes: u32,
    /// The number of grants that did not reach the browser.
    pub lost_cookies: u32,
    next_call: u32,
    pub most_refreshes_at_once: usize,
    /// How often a tab has posted a message to the others.
    pub broadcasts: u32,
}

impl World {
    pub fn new(tabs: usize) -> Self {
        Self::with_policy(tabs, Policy::new(RefreshMode::Cookie, SignOutRoute::Server))
    }

    pub fn with_policy(tabs: usize, policy: Policy) -> Self {
        let mut world = Self {
            now: Instant(1_000_000),
            tabs: vec![],
            server: Server::default(),
            jar: None,
            hint: Hint::Never,
            epoch: Epoch(0),
            wire: VecDeque::new(),
            locks: true,
            hogged: false,
            slow_reads: false,
            policy,
            user_fails: false,
            user_requests: 0,
            lock: VecDeque::new(),
            lock_given: false,
            marker: None,
            is_slow: false,
            signed_in_writes: 0,
            lost_cookies: 0,
            next_call: 0,
            most_refreshes_at_once: 0,
            broadcasts: 0,
        };
        for _ in 0..tabs {
            world.open_tab();
        }
        world
    }

    // Actions of a user.

    pub fn open_tab(&mut self) -> usize {
        let tab = self.tabs.len();
        self.tabs.push(Tab::new(self.policy, tab as u32 * 7919 + 1));
        self.read(tab, Traced::Booted);
        tab
    }

    /// Closes the page. Requests that it has sent remain in transit.
    pub fn close_tab(&mut self, tab: usize) {
        self.tabs[tab].alive = false;
        self.lock_given &= self.lock.front().is_none_or(|(owner, _)| *owner != tab);
        self.lock.retain(|(owner, _)| *owner != tab);
        self.give_lock();
    }

    pub fn sign_in(&mut self, tab: usize, user: User) -> CallId {
        let call = self.open_call(tab, false);
        self.tabs[tab].credentials.insert(call, user);
        self.tabs[tab].left_at = None;
        self.input(tab, Input::SignIn(call));
        call
    }

    pub fn sign_out(&mut self, tab: usize) -> CallId {
        let call = self.open_call(tab, false);
        // A write that occurs while the shared state is read may win, because the order of the two is not defined.
        self.read(tab, Traced::SignOut(call, self.signed_in_writes, false));
        call
    }

    pub fn send(&mut self, tab: usize, body: Body) -> CallId {
        let shown = self.tabs[tab].session.shown();
        self.send_showing(tab, body, shown)
    }

    /// Sends the request of a page that shows this session: a busy page shows an earlier one than the vault has.
    pub fn send_showing(&mut self, tab: usize, body: Body, shown: Option<Identity>) -> CallId {
        let call = self.open_call(tab, true);
        self.input(tab, Input::Send(call, body, shown));
        call
    }

    pub fn fetch(&mut self, tab: usize) -> CallId {
        self.send(tab, Body::Replayable)
    }

    pub fn wait_for_status(&mut self, tab: usize) -> CallId {
        let call = self.open_call(tab, false);
        self.input(tab, Input::Await(call));
        call
    }

    /// A world in which tab 0 is signed in and no packet is in transit.
    pub fn signed_in(tabs: usize, user: User) -> Self {
        let mut world = Self::new(tabs);
        world.sign_in(0, user);
        world.settle();
        world
    }

    // Time and network.

    /// Delivers all packets in transit, in order. No time passes.
    pub fn settle(&mut self) {
        let mut steps = 0;
        while let Some((_, packet)) = self.wire.pop_front() {
            steps += 1;
            assert!(steps < 100_000, "the tabs send messages without end: {packet:?}");
            self.deliver(packet);
        }
    }

    /// Lets time pass, event by event, with a network without latency.
    pub fn pass(&mut self, span: Millis) {
        let end = self.now + span;
        self.settle();
        let mut steps = 0;
        while let Some(at) = self.next_deadline().filter(|at| *at <= end) {
            steps += 1;
            assert!(steps < 20_000, "the timers fire without end");
            self.now = self.now.max(at);
            self.tick();
            self.settle();
        }
        self.now = end;
        self.tick();
        self.settle();
    }

    /// Lets time pass in one step, as for a laptop that sleeps. Packets stay in transit.
    pub fn leap(&mut self, span: Millis) {
        self.now = self.now + span;
        self.tick();
    }

    pub fn next_deadline(&mut self) -> Option<Instant> {
        self.tabs.iter_mut().filter(|tab| tab.alive && !tab.ticking).filter_map(|tab| tab.session.deadline()).min()
    }

    /// Fires every timer that is due.
    pub fn tick(&mut self) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].alive && self.tabs[tab].session.deadline().is_some_and(|at| at <= self.now) {
                self.read(tab, Traced::Tick);
            }
        }
    }

    /// Loses the packet of an exchange, so that the client gets an error. Delivers any other packet.
    pub fn lose(&mut self, packet: Packet) {
        if matches!(packet, Packet::Told { said: Said::Granted(..), .. }) {
            self.lost_cookies += 1;
        }
        match packet {
            Packet::Ask { tab, id, kind, .. } | Packet::Told { tab, id, kind, .. } => {
                self.deliver(Packet::Told { tab, id, kind, said: Said::Lost });
            }
            packet => self.deliver(packet),
        }
    }

    pub fn deliver(&mut self, packet: Packet) {
        match packet {
            Packet::Ask { tab, id, kind, cookie, bearer } => {
                let said = self.ask_server(tab, kind, cookie, bearer.as_deref());
                self.put(Packet::Told { tab, id, kind, said });
            }
            Packet::Told { tab, id, kind, said } => self.told(tab, id, kind, said),
            Packet::Request { tab, call, bearer } => {
                let user = self.server.serve(bearer.as_deref(), self.now);
                self.put(Packet::Response { tab, call, user });
            }
            Packet::Response { tab, call, user } => {
                if let Some(record) = self.tabs[tab].calls.get_mut(&call) {
                    record.served_as = user;
                }
                let reply = if user.is_some() { ResponseClass::Other } else { ResponseClass::Unauthorized };
                self.input(tab, Input::Responded(call, reply));
            }
            Packet::AskUser { tab, identity, bearer } => {
                let user = self.server.serve(bearer.as_deref(), self.now).filter(|_| !self.user_fails);
                self.put(Packet::User { tab, identity, user });
            }
            Packet::User { tab, identity, user } => {
                let loaded = user.map(|user| Seen { user: Some(user) });
                self.input(tab, Input::UserLoaded(identity, loaded));
            }
            Packet::Post { tab, message } => self.read(tab, Traced::Peer(message)),
            Packet::Read { tab, shared, written, of } => self.have_read(tab, shared, written, of),
            Packet::Locked { tab, id } => {
                if self.lock.front() == Some(&(tab, id)) {
                    self.input(tab, Input::Locked(id, Lock::Held));
                }
            }
        }
    }

    pub fn shared(&self) -> SharedState {
        let lease = self.marker.map(|began| Lease { age: self.now.since(began), is_slow: self.is_slow });
        SharedState { hint: self.hint, epoch: self.epoch, lease, is_stale: false }
    }

    fn ask_server(&mut self, tab: usize, kind: ExchangeKind, cookie: Option<Cookie>, bearer: Option<&str>) -> Said {
        if let Some(retry_after) = self.server.down {
            return Said::Unavailable(retry_after);
        }
        match kind {
            ExchangeKind::Refresh => match self.server.refresh(cookie, self.now) {
                Some((issued, cookie)) => Said::Granted(issued, cookie),
                None => Said::Refused,
            },
            ExchangeKind::SignIn(call) => {
                let user = self.tabs[tab].credentials[&call];
                let (issued, cookie) = self.server.sign_in(user, self.now);
                Said::Granted(issued, cookie)
            }
            ExchangeKind::SignOut(_) if self.server.sign_out(cookie, bearer, self.now) => Said::SignedOut,
            ExchangeKind::SignOut(_) => Said::Refused,
        }
    }

    /// The browser stores the cookie even if the page is closed (`keepalive`, promise 10).
    fn told(&mut self, tab: usize, id: ExchangeId, kind: ExchangeKind, said: Said) {
        match said {
            Said::Granted(_, cookie) => self.jar = Some(cookie),
            Said::SignedOut => self.jar = None,
            Said::Lost | Said::Refused | Said::Unavailable(_) => {}
        }
        if !self.tabs[tab].alive {
            return;
        }
        if let Some((_, began)) = self.tabs[tab].asking.take_if(|(asked, _)| *asked == id) {
            self.marker = None;
            self.is_slow = self.now.since(began) > Policy::SLOW_EXCHANGE;
        }
        self.read(tab, Traced::Answered(id, kind, said));
    }

    /// Reads the shared state for an input. There is only one tick at a time, because the timer is set again after the
    /// tick has been handled.
    pub fn read(&mut self, tab: usize, of: Traced) {
        if matches!(of, Traced::Restored) {
            self.input(tab, Input::Returned);
        }
        let is_tick = matches!(of, Traced::Tick);
        if is_tick && std::mem::replace(&mut self.tabs[tab].ticking, true) {
            return;
        }
        let (shared, written) = (self.shared(), self.tabs[tab].written);
        if self.slow_reads {
            self.put(Packet::Read { tab, shared, written, of });
        } else {
            self.have_read(tab, shared, written, of);
        }
    }

    fn have_read(&mut self, tab: usize, shared: SharedState, written: u32, of: Traced) {
        let shared = if self.tabs[tab].written == written { shared } else { self.shared() };
        let input = match of {
            Traced::Answered(id, kind, said) => {
                self.tabs[tab].refusals += u32::from(kind == ExchangeKind::Refresh && matches!(said, Said::Refused));
                Input::Answered(id, said.into(), shared)
            }
            Traced::Booted => Input::Booted(shared),
            Traced::Claimed(id, claim, lease) => Input::Claimed(id, claim, SharedState { lease, ..shared }),
            Traced::Peer(message) => Input::Peer(message, shared),
            Traced::Restore(call) => {
                self.tabs[tab].left_at = None;
                Input::Restore(call, shared)
            }
            Traced::Restored => Input::Restored(shared),
            Traced::SignOut(call, writes, is_idle) => {
                self.tabs[tab].left_at = Some(writes);
                Input::SignOut(call, is_idle, shared)
            }
            Traced::Tick => {
                self.tabs[tab].ticking = false;
                Input::Tick(shared)
            }
            Traced::ClientConnected => Input::ClientConnected(shared),
            Traced::Woke => Input::Woke(shared),
        };
        self.input(tab, input);
        if let Traced::Claimed(id, ..) = of {
            self.unclaim(tab, id);
        }
    }

    /// Releases the lease of an exchange that will not be sent.
    fn unclaim(&mut self, tab: usize, id: ExchangeId) {
        if self.tabs[tab].claimed.take_if(|claimed| *claimed == id).is_some() {
            self.marker = None;
        }
    }

    pub fn input(&mut self, tab: usize, input: Input<Seen>) {
        if self.tabs[tab].alive {
            for effect in self.tabs[tab].handle(input, self.now) {
                self.perform(tab, effect);
            }
        }
    }

    pub fn put(&mut self, packet: Packet) {
        self.wire.push_back((self.now, packet));
    }

    /// The number of refreshes whose request or reply is in transit.
    pub fn refreshes_under_way(&self) -> usize {
        let is_refresh = |(_, packet): &&(Instant, Packet)| {
            matches!(
                packet,
                Packet::Ask { kind: ExchangeKind::Refresh, .. } | Packet::Told { kind: ExchangeKind::Refresh, .. }
            )
        };
        self.wire.iter().filter(is_refresh).count()
    }

    // Queries and actions of a test.

    pub fn outcome(&self, tab: usize, call: CallId) -> Option<Outcome> {
        self.tabs[tab].calls[&call].outcome
    }

    pub fn status(&self, tab: usize) -> Status {
        self.tabs[tab].status()
    }

    pub fn is_signed_in(&self, tab: usize) -> bool {
        self.status(tab) == Status::Authenticated
    }

    /// Removes and returns the first packet in transit that `test` accepts.
    pub fn intercept(&mut self, test: impl Fn(&Packet) -> bool) -> Packet {
        let at = self.wire.iter().position(|(_, packet)| test(packet)).expect("such a packet on the wire");
        self.wire.remove(at).expect("the position just found").1
    }

    /// Delivers packets up to the next request of an exchange. Removes and returns that request, so the server does not
    /// answer it.
    pub fn take_ask(&mut self) -> (usize, ExchangeId) {
        loop {
            match self.wire.pop_front().expect("a question to the server").1 {
                Packet::Ask { tab, id, .. } => return (tab, id),
                packet => self.deliver(packet),
            }
        }
    }

    /// Answers an exchange in place of the server.
    pub fn answer(&mut self, (tab, id): (usize, ExchangeId), answer: ExchangeResult<Seen>) {
        self.tabs[tab].asking = None;
        self.marker = None;
        self.tabs[tab].refusals += u32::from(matches!(answer, ExchangeResult::Refused));
        self.input(tab, Input::Answered(id, answer, self.shared()));
    }
}
