//! Thousands of random histories of several tabs with adversarial delivery. `common/world.rs` checks the invariants at
//! every step. `simulation/history.rs` checks the final invariants, when nothing more happens in a history.

#![allow(missing_docs)]

mod common;
#[path = "simulation/history.rs"]
mod history;
#[path = "simulation/steps.rs"]
mod steps;

use common::ADA;
use history::{Conditions, LATENCY, SLOWEST, run};
use proptest::prelude::*;
use steps::{eventful, hostile, lossy, peaceful};
use tokencell::Millis;

/// A server that needs up to a minute to answer. Half of the servers are fast.
fn any_server() -> impl Strategy<Value = Millis> {
    prop_oneof![Just(LATENCY), (1000..SLOWEST).prop_map(Millis)]
}

/// The number of histories per test: `PROPTEST_CASES`, which the full test increases, or 2000.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    /// Tabs open, close, sleep, and reload during a refresh. No user signs out, and the server revokes nothing.
    #[test]
    fn with_a_server_of_any_speed_no_session_ends(
        steps in prop::collection::vec(peaceful(), 1..120), server in any_server(),
    ) {
        let world = run(steps, Conditions { server, ..Conditions::FAST });
        prop_assert_eq!(world.server.reuses, 0, "a rotated cookie was spent twice");
        for tab in world.tabs.iter().filter(|tab| tab.alive) {
            prop_assert_eq!(tab.user(), Some(ADA));
        }
    }

    #[test]
    fn after_sign_ins_and_sign_outs_at_any_time_all_tabs_agree(
        steps in prop::collection::vec(eventful(), 1..120), opaque in any::<bool>(), server in any_server(),
    ) {
        let world = run(steps, Conditions { opaque, server, ..Conditions::FAST });
        prop_assert_eq!(world.server.reuses, 0, "a rotated cookie was spent twice");
    }

    /// Replies are lost, with or without an error. On a strict server, a session ends only if a lost reply had its only
    /// valid cookie. No client could keep that session.
    #[test]
    fn lost_replies_end_a_session_only_if_one_had_its_cookie(
        steps in prop::collection::vec(lossy(), 1..120), server in any_server(),
    ) {
        let world = run(steps, Conditions { server, is_honest: false, ..Conditions::FAST });
        for tab in world.tabs.iter().filter(|tab| tab.alive) {
            prop_assert!(tab.user() == Some(ADA) || world.lost_cookies > 0, "signed out: {:?}", tab.statuses);
        }
        prop_assert!(world.server.reuses == 0 || world.lost_cookies > 0, "a rotated cookie was spent twice");
    }

    /// If the server accepts a spent cookie again for some time, no session ends, whatever packets are lost.
    #[test]
    fn lost_replies_end_no_session_on_a_server_with_a_grace_period(
        steps in prop::collection::vec(lossy(), 1..120), server in any_server(),
    ) {
        let grace = Millis::seconds(24 * 3600);
        let world = run(steps, Conditions { server, grace, is_honest: false, ..Conditions::FAST });
        for tab in world.tabs.iter().filter(|tab| tab.alive) {
            prop_assert_eq!(tab.user(), Some(ADA));
        }
    }

    #[test]
    fn the_invariants_hold_in_any_history(steps in prop::collection::vec(hostile(), 1..160), latency in any::<bool>()) {
        run(steps, Conditions { has_latency: latency, is_honest: false, ..Conditions::FAST });
    }
}
