//! The steps of a history, and how often each happens.

use proptest::prelude::*;
use tokencell::{Body, PeerMessage};

/// The number of tabs that are open at the same time.
pub const TABS: usize = 4;

/// Something that happens in a history. A number is the slot of a tab, or the place of a packet.
#[derive(Clone, Debug)]
pub enum Step {
    Abort(usize),
    /// The page asks whether the API knows a session.
    AskSession(usize),
    CloseTab(usize),
    Deliver(usize),
    /// The page demands a refresh, with a body of its own or without.
    Demand(usize, bool),
    Desert(usize),
    ExpireTokens,
    Forge(usize, PeerMessage),
    Lose(usize),
    OpenTab,
    Pass(u64),
    Restore(usize),
    Revoke,
    Send(usize, Body),
    /// A reply is lost, and the client gets no error.
    Swallow,
    SignIn(usize, bool),
    SignOut(usize),
    Toggle(Switch),
    Visit(usize),
    LifecycleEvent(usize),
}

/// What can be switched on and off.
#[derive(Clone, Copy, Debug)]
pub enum Switch {
    Hog,
    Server,
}

pub fn peaceful() -> impl Strategy<Value = Step> {
    prop_oneof![
        40 => any::<usize>().prop_map(Step::Deliver),
        12 => (0..TABS).prop_map(|tab| Step::Send(tab, Body::Replayable)),
        3 => (0..TABS).prop_map(|tab| Step::Send(tab, Body::OneShot)),
        14 => (1..40_000u64).prop_map(Step::Pass),
        4 => (1..900u64).prop_map(Step::Pass),
        2 => (0..TABS).prop_map(Step::CloseTab),
        3 => Just(Step::OpenTab),
        2 => (0..TABS).prop_map(Step::LifecycleEvent),
        2 => (0..TABS).prop_map(Step::Restore),
        1 => (0..TABS).prop_map(Step::Desert),
        2 => (0..TABS).prop_map(Step::Visit),
        1 => (0..TABS).prop_map(Step::Abort),
        2 => Just(Step::ExpireTokens),
        2 => (0..TABS, any::<bool>()).prop_map(|(tab, has_body)| Step::Demand(tab, has_body)),
    ]
}

pub fn eventful() -> impl Strategy<Value = Step> {
    prop_oneof![
        50 => peaceful(),
        4 => (0..TABS, any::<bool>()).prop_map(|(tab, ada)| Step::SignIn(tab, ada)),
        3 => (0..TABS).prop_map(Step::SignOut),
        1 => (0..TABS).prop_map(Step::AskSession),
    ]
}

pub fn lossy() -> impl Strategy<Value = Step> {
    prop_oneof![
        50 => peaceful(),
        2 => any::<usize>().prop_map(Step::Lose),
        2 => Just(Step::Swallow),
    ]
}

pub fn hostile() -> impl Strategy<Value = Step> {
    let message = prop_oneof![Just(PeerMessage::Changed), Just(PeerMessage::SignedIn), Just(PeerMessage::SignedOut)];
    prop_oneof![
        50 => eventful(),
        4 => any::<usize>().prop_map(Step::Lose),
        3 => prop_oneof![Just(Switch::Hog), Just(Switch::Server)].prop_map(Step::Toggle),
        2 => (0..TABS, message).prop_map(|(tab, message)| Step::Forge(tab, message)),
        1 => Just(Step::Revoke),
    ]
}
