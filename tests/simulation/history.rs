//! One history: the steps are applied to a world, and the final invariants are checked.

use tokencell::{CallId, Hint, Input, Instant, Millis, Policy};

use crate::common::{ADA, BOB, Packet, Traced, World};
use crate::steps::{Step, Switch, TABS};

/// The maximum age of a packet when time passes, in a world with a working network. Only exchanges with a slow server
/// take longer.
pub const LATENCY: Millis = Millis(900);
/// The time after which the slowest server answers, in milliseconds.
pub const SLOWEST: u64 = 60_000;
/// The maximum age of a reading of the shared state when the session gets it.
const READING: Millis = Millis(50);

/// How the network and the server behave.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// The network keeps its latency, so no packet arrives after a timeout.
    pub has_latency: bool,
    /// No script of the page holds the lock without end, and no exchange is lost.
    pub is_honest: bool,
    /// The maximum time that the server needs to answer an exchange.
    pub server: Millis,
    /// Whether tokens do not name their user.
    pub opaque: bool,
    /// How long the server accepts a spent cookie again.
    pub grace: Millis,
}

impl Conditions {
    pub const FAST: Self =
        Self { has_latency: true, is_honest: true, server: LATENCY, opaque: false, grace: Millis(0) };
}

struct History {
    world: World,
    conditions: Conditions,
}

impl History {
    /// The tab in this slot, if a page is connected to it. If not, a page connects now, and the result is `None`.
    /// Sign-outs that the page has requested before are delivered first, so that they precede its next call.
    fn client_connected(&mut self, slot: usize) -> Option<usize> {
        let tab = self.tab(slot);
        let is_leaving = |(_, packet): &(Instant, Packet)| matches!(packet, Packet::Read { tab: of, of: Traced::SignOut(..), .. } if *of == tab);
        while let Some(at) = self.world.wire.iter().position(is_leaving) {
            let (_, packet) = self.world.wire.remove(at).unwrap();
            self.world.deliver(packet);
        }
        if self.world.tabs[tab].clients_gone {
            self.world.read(tab, Traced::ClientConnected);
            return None;
        }
        Some(tab)
    }

    /// The tab in this slot. A slot number selects one of the tabs that are alive.
    fn tab(&self, slot: usize) -> usize {
        let alive: Vec<_> = (0..self.world.tabs.len()).filter(|tab| self.world.tabs[*tab].alive).collect();
        alive[slot % alive.len()]
    }

    /// Whether a later page cannot know that the death of this page is dangerous. This is the only such case: the page
    /// has just sent an exchange to a slow server, and the shared state does not yet say that the server is slow.
    /// ARCHITECTURE.md explains why a later page does not wait for this exchange.
    fn dies_unnoticed(&self, tab: usize) -> bool {
        let is_unnoticed = self.conditions.server > Policy::ORPHANED_LEASE_TTL && !self.world.is_slow;
        is_unnoticed && self.world.has_just_asked(tab, READING)
    }

    fn requests(&self, tab: usize) -> impl Iterator<Item = CallId> {
        let calls = &self.world.tabs[tab].calls;
        calls.iter().filter(|(_, call)| call.outcome.is_none() && call.is_request).map(|(id, _)| *id)
    }

    fn abort(&mut self, tab: usize, calls: impl IntoIterator<Item = CallId>) {
        for call in calls {
            self.world.tabs[tab].calls.remove(&call);
            self.world.input(tab, Input::Aborted(call));
        }
    }

    fn step(&mut self, step: Step) {
        let world = &mut self.world;
        match step {
            Step::Abort(slot) => {
                let tab = self.tab(slot);
                let call = self.requests(tab).next();
                self.abort(tab, call);
            }
            Step::CloseTab(slot) if world.tabs.iter().filter(|tab| tab.alive).count() > 1 => {
                let tab = self.tab(slot);
                // A page that closes during a sign-in leaves a cookie that no page knows, so this case cannot be
                // checked.
                let is_idle = self.world.tabs[tab].calls.values().all(|call| call.is_request || call.outcome.is_some());
                if is_idle && !self.dies_unnoticed(tab) {
                    self.world.close_tab(tab);
                }
            }
            Step::CloseTab(_) => {}
            Step::Deliver(_) | Step::Lose(_) if world.wire.is_empty() => {}
            Step::Deliver(at) => {
                let (_, packet) = world.wire.remove(at % world.wire.len()).unwrap();
                world.deliver(packet);
            }
            Step::Desert(slot) => {
                let tab = self.tab(slot);
                let calls: Vec<_> = self.requests(tab).collect();
                self.abort(tab, calls);
                self.world.input(tab, Input::ClientsGone);
            }
            Step::ExpireTokens => world.server.expire_tokens(world.now),
            Step::Forge(slot, message) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::Peer(message));
            }
            Step::AskSession(slot) => {
                if let Some(tab) = self.client_connected(slot) {
                    self.world.restore(tab);
                }
            }
            Step::Demand(slot, has_body) => {
                if let Some(tab) = self.client_connected(slot) {
                    self.world.refresh(tab, has_body);
                }
            }
            Step::Lose(at) => {
                let (_, packet) = world.wire.remove(at % world.wire.len()).unwrap();
                world.lose(packet);
            }
            Step::OpenTab if world.tabs.iter().filter(|tab| tab.alive).count() < TABS => {
                world.open_tab();
            }
            Step::OpenTab => {}
            Step::Pass(millis) => self.pass(Millis(millis)),
            Step::Restore(slot) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::Restored);
            }
            Step::Revoke => world.server.revoke(ADA),
            Step::Send(slot, body) => {
                if let Some(tab) = self.client_connected(slot) {
                    self.world.send(tab, body);
                }
            }
            Step::Swallow => world.swallow_reply(),
            Step::SignIn(slot, ada) => {
                if let Some(tab) = self.client_connected(slot) {
                    self.world.sign_in(tab, if ada { ADA } else { BOB });
                }
            }
            Step::SignOut(slot) => {
                if let Some(tab) = self.client_connected(slot) {
                    self.world.sign_out(tab);
                }
            }
            Step::Toggle(Switch::Hog) => world.hogged = !world.hogged,
            Step::Toggle(Switch::Server) => world.server.down = world.server.down.xor(Some(None)),
            Step::Visit(slot) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::ClientConnected);
            }
            Step::LifecycleEvent(slot) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::Woke);
            }
        }
        self.check();
    }

    /// Timers fire and packets arrive in the order of their times. The network keeps its latency.
    fn pass(&mut self, span: Millis) {
        let world = &mut self.world;
        let end = world.now + span;
        for step in 0.. {
            assert!(step < 20_000, "a timer that never ends");
            let conditions = self.conditions;
            let overdue = world.wire.iter().filter_map(|entry| arrives(entry, conditions)).min();
            let timer = world.next_deadline();
            let Some(at) = overdue.into_iter().chain(timer).min().filter(|at| *at <= end) else { break };
            world.now = world.now.max(at);
            world.tick();
            let now = world.now;
            let superseded_by_sign_out = |entry: &_| arrives(entry, conditions).is_some_and(|at| at <= now);
            while let Some(late) = world.wire.iter().position(superseded_by_sign_out) {
                let (_, packet) = world.wire.remove(late).unwrap();
                world.deliver(packet);
            }
        }
        world.now = end;
    }

    fn check(&self) {
        if self.conditions.is_honest {
            assert!(self.world.refreshes_under_way() <= 1, "two refreshes at once");
        }
        for tab in &self.world.tabs {
            for call in tab.calls.values().filter(|call| call.is_request && tab.alive) {
                let waited = call.closed.unwrap_or(self.world.now).since(call.opened);
                let bound = Millis(Policy::CALL_TIMEOUT.0 * 2 + LATENCY.0 * 4);
                assert!(!self.conditions.has_latency || waited <= bound, "a wait without end: {call:?}");
            }
        }
    }

    /// Checks the final invariants, after all packets have arrived, while the server is available and no user acts.
    fn come_to_rest(&mut self) {
        self.world.server.down = None;
        self.world.hogged = false;
        for tab in 0..self.world.tabs.len() {
            self.world.read(tab, Traced::ClientConnected);
        }
        for _ in 0..200 {
            self.world.pass(Millis::seconds(2));
        }
        if self.world.hint == Hint::SignOutPending {
            // The tab with the pending sign-out is closed. The next vault that starts sends the sign-out.
            self.world.open_tab();
            self.world.pass(Millis::seconds(5));
        }
        let world = &self.world;
        for tab in world.tabs.iter().filter(|tab| tab.alive) {
            assert_eq!(tab.open_calls(), 0, "every wait ends");
        }
        let users: Vec<_> = world.tabs.iter().filter(|tab| tab.alive).map(|tab| tab.user()).collect();
        match world.hint {
            Hint::SignOutPending => panic!("the server never got the sign-out"),
            Hint::SignedOut => {
                assert!(users.iter().all(Option::is_none), "signed out, and yet: {users:?}");
                let is_dead = world.jar.is_none_or(|cookie| !world.server.accepts(cookie));
                assert!(is_dead || !self.conditions.is_honest, "the server still has a session");
            }
            Hint::Never | Hint::SignedIn if self.conditions.is_honest => {
                assert!(users.windows(2).all(|pair| pair[0] == pair[1]), "tabs disagree: {users:?}");
            }
            Hint::Never | Hint::SignedIn | Hint::Unknown => {}
        }
    }
}

/// The latest time at which the packet arrives. The browser performs readings itself, so their time is bounded and does
/// not depend on the network.
fn arrives((sent, packet): &(Instant, Packet), conditions: Conditions) -> Option<Instant> {
    let latency = match packet {
        Packet::Read { .. } => return Some(*sent + READING),
        Packet::Ask { .. } | Packet::Told { .. } => Millis(conditions.server.0 / 2),
        _ => LATENCY,
    };
    conditions.has_latency.then_some(*sent + latency)
}

/// Runs these steps, and checks the invariants at every step and at the end.
pub fn run(steps: Vec<Step>, conditions: Conditions) -> World {
    let mut world = World::new(3);
    world.server.opaque = conditions.opaque;
    world.server.grace = conditions.grace;
    world.slow_reads = true;
    world.sign_in(0, ADA);
    world.pass(Millis::seconds(5));
    let mut history = History { world, conditions };
    steps.into_iter().for_each(|step| history.step(step));
    history.come_to_rest();
    history.world
}
