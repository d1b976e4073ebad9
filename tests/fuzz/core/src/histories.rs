//! Several tabs, one server and a network (`tests/simulation.rs`), with steps that libFuzzer chooses by coverage instead
//! of at random. The invariants of `tests/common/world.rs` hold after every step, and at rest.
#![no_main]
#![allow(missing_docs)]

#[path = "../../../common/mod.rs"]
mod common;
#[path = "../../../simulation/history.rs"]
mod history;
#[path = "../../../simulation/steps.rs"]
mod steps;

use history::{Conditions, run};
use libfuzzer_sys::fuzz_target;
use steps::{Step, Switch};
use tokencell::{Body, PeerMessage};

const MOST_STEPS: usize = 160;
/// How many bytes one step takes: its kind, and a number.
const WIDTH: usize = 3;

/// The steps of `steps::hostile`. Not its strategies: proptest needs random bytes without end, and repeats some choices
/// for ever if the bytes are zeros.
fn step(bytes: &[u8]) -> Option<Step> {
    let &[kind, high, low] = bytes else { return None };
    let number = usize::from(high) << 8 | usize::from(low);
    let is_odd = low % 2 == 1;
    Some(match kind {
        0..80 => Step::Deliver(number),
        80..104 => Step::Send(number, Body::Replayable),
        104..110 => Step::Send(number, Body::OneShot),
        110..146 => Step::Pass(number as u64 + 1),
        146..150 => Step::CloseTab(number),
        150..156 => Step::OpenTab,
        156..160 => Step::LifecycleEvent(number),
        160..164 => Step::Restore(number),
        164..167 => Step::Desert(number),
        167..171 => Step::Visit(number),
        171..173 => Step::Abort(number),
        173..177 => Step::ExpireTokens,
        177..181 => Step::Demand(usize::from(high), is_odd),
        181..195 => Step::SignIn(usize::from(high), is_odd),
        195..207 => Step::SignOut(number),
        207..210 => Step::AskSession(number),
        210..224 => Step::Lose(number),
        224..236 => Step::Toggle(if is_odd { Switch::Hog } else { Switch::Server }),
        236..250 => {
            let messages = [PeerMessage::Changed, PeerMessage::SignedIn, PeerMessage::SignedOut];
            Step::Forge(usize::from(high), messages[usize::from(low) % messages.len()])
        }
        _ => Step::Revoke,
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let steps: Vec<_> = rest.chunks(WIDTH).take(MOST_STEPS).filter_map(step).collect();
    let (has_latency, opaque) = (first & 1 == 1, first & 2 == 2);
    run(steps, Conditions { has_latency, opaque, is_honest: false, ..Conditions::FAST });
});
