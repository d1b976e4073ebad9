//! Thousands of random histories of several tabs under adversarial delivery. The laws are in `common/world.rs`:
//! they are checked at every step, and the last ones here, when a history has come to rest.

#![allow(missing_docs)]

mod common;

use common::{ADA, BOB, Packet, Traced, World};
use proptest::prelude::*;
use tokencell::{Body, CallId, Hint, Input, Instant, Millis, PeerMessage, Policy};

/// No packet is older than this when time passes, in a world whose wire works.
const LATENCY: Millis = Millis(900);
/// Nor is a reading of the trace that has not been handed in.
const READING: Millis = Millis(50);
const TABS: usize = 4;

#[derive(Clone, Debug)]
enum Step {
    Abort(usize),
    CloseTab(usize),
    Deliver(usize),
    Desert(usize),
    ExpireTokens,
    Forge(usize, PeerMessage),
    Lose(usize),
    OpenTab,
    Pass(u64),
    Restore(usize),
    Revoke,
    Send(usize, Body),
    SignIn(usize, bool),
    SignOut(usize),
    Toggle(Switch),
    Visit(usize),
    Wake(usize),
}

#[derive(Clone, Copy, Debug)]
enum Switch {
    Hog,
    Server,
}

fn peaceful() -> impl Strategy<Value = Step> {
    prop_oneof![
        40 => any::<usize>().prop_map(Step::Deliver),
        12 => (0..TABS).prop_map(|tab| Step::Send(tab, Body::Replayable)),
        3 => (0..TABS).prop_map(|tab| Step::Send(tab, Body::OneShot)),
        14 => (1..40_000u64).prop_map(Step::Pass),
        4 => (1..900u64).prop_map(Step::Pass),
        2 => (0..TABS).prop_map(Step::CloseTab),
        3 => Just(Step::OpenTab),
        2 => (0..TABS).prop_map(Step::Wake),
        2 => (0..TABS).prop_map(Step::Restore),
        1 => (0..TABS).prop_map(Step::Desert),
        2 => (0..TABS).prop_map(Step::Visit),
        1 => (0..TABS).prop_map(Step::Abort),
        2 => Just(Step::ExpireTokens),
    ]
}

fn eventful() -> impl Strategy<Value = Step> {
    prop_oneof![
        50 => peaceful(),
        4 => (0..TABS, any::<bool>()).prop_map(|(tab, ada)| Step::SignIn(tab, ada)),
        3 => (0..TABS).prop_map(Step::SignOut),
    ]
}

fn hostile() -> impl Strategy<Value = Step> {
    let message = prop_oneof![Just(PeerMessage::Changed), Just(PeerMessage::SignedIn), Just(PeerMessage::SignedOut)];
    prop_oneof![
        50 => eventful(),
        4 => any::<usize>().prop_map(Step::Lose),
        3 => prop_oneof![Just(Switch::Hog), Just(Switch::Server)].prop_map(Step::Toggle),
        2 => (0..TABS, message).prop_map(|(tab, message)| Step::Forge(tab, message)),
        1 => Just(Step::Revoke),
    ]
}

struct History {
    world: World,
    /// The wire keeps its latency, so nothing is overtaken by a timeout.
    has_latency: bool,
    /// Nothing is lost, and nobody holds the lock.
    is_honest: bool,
}

impl History {
    /// One of the first that a page is in. What the page has asked for before is not overtaken by what it asks for now.
    fn visited(&mut self, slot: usize) -> Option<usize> {
        let tab = self.tab(slot);
        let is_leaving = |(_, packet): &(Instant, Packet)| matches!(packet, Packet::Read { tab: of, of: Traced::SignOut(..), .. } if *of == tab);
        while let Some(at) = self.world.wire.iter().position(is_leaving) {
            let (_, packet) = self.world.wire.remove(at).unwrap();
            self.world.deliver(packet);
        }
        if self.world.tabs[tab].deserted {
            self.world.read(tab, Traced::Visited);
            return None;
        }
        Some(tab)
    }

    /// One of the first tabs, or whichever took its place.
    fn tab(&self, slot: usize) -> usize {
        let alive: Vec<_> = (0..self.world.tabs.len()).filter(|tab| self.world.tabs[*tab].alive).collect();
        alive[slot % alive.len()]
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
                // A page that dies in mid sign-in leaves a cookie that no page knows of: nothing can be told of it.
                if self.world.tabs[tab].calls.values().all(|call| call.is_request || call.outcome.is_some()) {
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
                self.world.input(tab, Input::Deserted);
            }
            Step::ExpireTokens => world.server.expire_tokens(world.now),
            Step::Forge(slot, message) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::Peer(message));
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
                if let Some(tab) = self.visited(slot) {
                    self.world.send(tab, body);
                }
            }
            Step::SignIn(slot, ada) => {
                if let Some(tab) = self.visited(slot) {
                    self.world.sign_in(tab, if ada { ADA } else { BOB });
                }
            }
            Step::SignOut(slot) => {
                if let Some(tab) = self.visited(slot) {
                    self.world.sign_out(tab);
                }
            }
            Step::Toggle(Switch::Hog) => world.hogged = !world.hogged,
            Step::Toggle(Switch::Server) => world.server.down = world.server.down.xor(Some(None)),
            Step::Visit(slot) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::Visited);
            }
            Step::Wake(slot) => {
                let tab = self.tab(slot);
                self.world.read(tab, Traced::Woke);
            }
        }
        self.check();
    }

    /// Timers go off and packets arrive in the order of their times; the wire keeps its latency.
    fn pass(&mut self, span: Millis) {
        let world = &mut self.world;
        let end = world.now + span;
        for step in 0.. {
            assert!(step < 20_000, "a timer that never ends");
            let overdue = world.wire.iter().filter_map(|entry| arrives(entry, self.has_latency)).min();
            let timer = world.next_deadline();
            let Some(at) = overdue.into_iter().chain(timer).min().filter(|at| *at <= end) else { break };
            world.now = world.now.max(at);
            world.tick();
            let (now, has_latency) = (world.now, self.has_latency);
            let is_late = |entry: &_| arrives(entry, has_latency).is_some_and(|at| at <= now);
            while let Some(late) = world.wire.iter().position(is_late) {
                let (_, packet) = world.wire.remove(late).unwrap();
                world.deliver(packet);
            }
        }
        world.now = end;
    }

    fn check(&self) {
        if self.is_honest {
            assert!(self.world.refreshes_under_way() <= 1, "two refreshes at once");
        }
        for tab in &self.world.tabs {
            for call in tab.calls.values().filter(|call| call.is_request && tab.alive) {
                let waited = call.closed.unwrap_or(self.world.now).since(call.opened);
                let bound = Millis(Policy::CALL_PATIENCE.0 * 2 + LATENCY.0 * 4);
                assert!(!self.has_latency || waited <= bound, "a wait without end: {call:?}");
            }
        }
    }

    /// Everything arrives, the server is up, nobody does anything: what holds then?
    fn come_to_rest(&mut self) {
        self.world.server.down = None;
        self.world.hogged = false;
        for tab in 0..self.world.tabs.len() {
            self.world.read(tab, Traced::Visited);
        }
        for _ in 0..200 {
            self.world.pass(Millis::seconds(2));
        }
        if self.world.hint == Hint::SignOutOwed {
            // The tab that owed it is closed: told at the next start.
            self.world.open_tab();
            self.world.pass(Millis::seconds(5));
        }
        let world = &self.world;
        for tab in world.tabs.iter().filter(|tab| tab.alive) {
            assert_eq!(tab.open_calls(), 0, "every wait ends");
        }
        let users: Vec<_> = world.tabs.iter().filter(|tab| tab.alive).map(|tab| tab.user()).collect();
        match world.hint {
            Hint::SignOutOwed => panic!("the server was never told of the sign-out"),
            Hint::SignedOut => {
                assert!(users.iter().all(Option::is_none), "signed out, and yet: {users:?}");
                let is_dead = world.jar.is_none_or(|cookie| !world.server.accepts(cookie));
                assert!(is_dead || !self.has_latency, "the server still has a session");
            }
            Hint::Never | Hint::SignedIn if self.is_honest => {
                assert!(users.windows(2).all(|pair| pair[0] == pair[1]), "tabs disagree: {users:?}");
            }
            Hint::Never | Hint::SignedIn => {}
        }
    }
}

/// At the latest; readings are the browser's own affair, and bounded whatever the network does.
fn arrives((sent, packet): &(Instant, Packet), has_latency: bool) -> Option<Instant> {
    match packet {
        Packet::Read { .. } => Some(*sent + READING),
        _ => has_latency.then_some(*sent + LATENCY),
    }
}

fn run(steps: Vec<Step>, has_latency: bool, is_honest: bool, opaque: bool) -> World {
    let mut world = World::new(3);
    world.server.opaque = opaque;
    world.slow_reads = true;
    world.sign_in(0, ADA);
    world.pass(Millis::seconds(5));
    let mut history = History { world, has_latency, is_honest };
    steps.into_iter().for_each(|step| history.step(step));
    history.come_to_rest();
    history.world
}

/// Histories per test: `PROPTEST_CASES`, which the full test raises, or thousands.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    /// Tabs open, close, sleep and reload in mid-refresh; nobody signs out and the server revokes nothing.
    #[test]
    fn in_peace_nobody_is_ever_signed_out(steps in prop::collection::vec(peaceful(), 1..120)) {
        let world = run(steps, true, true, false);
        prop_assert_eq!(world.server.reuses, 0, "a rotated cookie was spent twice");
        for tab in world.tabs.iter().filter(|tab| tab.alive) {
            prop_assert_eq!(tab.user(), Some(ADA));
        }
    }

    #[test]
    fn sign_ins_and_sign_outs_at_any_moment_leave_all_tabs_of_one_mind(
        steps in prop::collection::vec(eventful(), 1..120), opaque in any::<bool>(),
    ) {
        let world = run(steps, true, true, opaque);
        prop_assert_eq!(world.server.reuses, 0, "a rotated cookie was spent twice");
    }

    #[test]
    fn whatever_happens_the_laws_hold(steps in prop::collection::vec(hostile(), 1..160), latency in any::<bool>()) {
        run(steps, latency, false, false);
    }
}
