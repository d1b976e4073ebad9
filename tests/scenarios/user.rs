//! Promise 26: the user is known wherever the session is, from a grant or from an endpoint of its own.

use tokencell::{DeliveryPath, Input, Millis, Policy, Reason, RefreshMode, SignOutRoute, Status};

use crate::common::{ADA, BOB, Outcome, Packet, World};

const NEVER: Status = Status::Unauthenticated(Reason::Never);
const SETTLED: Option<Outcome> = Some(Outcome::Settled(DeliveryPath::Direct, None));

/// The answers of this API contain no user, and it has an endpoint for the user.
fn world(tabs: usize) -> World {
    let policy = Policy { loads_user: true, ..Policy::new(RefreshMode::Cookie, SignOutRoute::Server) };
    let mut world = World::with_policy(tabs, policy);
    world.server.names_user = false;
    world
}

fn asks_user(packet: &Packet) -> bool {
    matches!(packet, Packet::AskUser { .. })
}

fn signed_in() -> World {
    let mut world = world(1);
    world.sign_in(0, ADA);
    world.settle();
    world
}

#[test]
fn a_sign_in_settles_when_the_user_is_loaded_and_the_page_sees_both_at_once() {
    let mut world = world(1);
    let call = world.sign_in(0, ADA);
    let question = world.find(asks_user).unwrap();
    assert_eq!(world.status(0), NEVER, "the page stays on the sign-in page");
    assert_eq!(world.outcome(0, call), None);

    world.deliver(question);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].user(), Some(ADA));
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.user_requests, 1);
}

#[test]
fn requests_are_sent_while_the_user_is_loaded() {
    let mut world = world(1);
    world.sign_in(0, ADA);
    let _question = world.find(asks_user).unwrap();
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
}

#[test]
fn after_a_reload_ready_waits_for_the_user() {
    let mut world = signed_in();
    world.close_tab(0);
    let tab = world.open_tab();
    let ready = world.wait_for_status(tab);
    let question = world.find(asks_user).unwrap();
    assert_eq!(world.status(tab), Status::Loading);
    assert_eq!(world.outcome(tab, ready), None);

    world.deliver(question);
    world.settle();
    assert_eq!(world.tabs[tab].user(), Some(ADA));
    assert_eq!(world.outcome(tab, ready), SETTLED);
}

#[test]
fn the_session_goes_on_without_a_user_if_the_endpoint_fails() {
    let mut world = world(1);
    world.user_fails = true;
    let call = world.sign_in(0, ADA);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].user(), None);
    assert_eq!(world.outcome(0, call), SETTLED);
}

#[test]
fn the_page_waits_ten_seconds_for_a_user_and_gets_a_later_one_as_a_change() {
    let mut world = world(1);
    let call = world.sign_in(0, ADA);
    let question = world.find(asks_user).unwrap();
    world.pass(Millis(9_999));
    assert_eq!(world.outcome(0, call), None);
    world.pass(Millis(1));
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].user(), None);
    assert_eq!(world.outcome(0, call), SETTLED);

    world.deliver(question);
    world.settle();
    assert_eq!(world.tabs[0].user(), Some(ADA));
}

#[test]
fn the_user_is_loaded_once_for_each_identity() {
    let mut world = signed_in();
    for _ in 0..3 {
        world.pass(Millis::seconds(76));
    }
    assert_eq!(world.server.refreshes, 3);
    assert_eq!(world.user_requests, 1);
    world.sign_in(0, BOB);
    world.settle();
    assert_eq!(world.tabs[0].user(), Some(BOB));
    assert_eq!(world.user_requests, 2);
}

#[test]
fn a_refresh_loads_the_user_that_could_not_be_loaded_before() {
    let mut world = world(1);
    world.user_fails = true;
    world.sign_in(0, ADA);
    world.settle();
    world.user_fails = false;
    world.pass(Millis::seconds(76));
    assert_eq!(world.tabs[0].user(), Some(ADA));
}

#[test]
fn a_user_that_a_grant_brings_is_not_loaded() {
    let mut world = world(1);
    world.server.names_user = true;
    world.sign_in(0, ADA);
    world.settle();
    assert_eq!(world.user_requests, 0);
    assert_eq!(world.tabs[0].user(), Some(ADA));
}

#[test]
fn the_user_of_the_previous_identity_is_ignored() {
    let mut world = world(1);
    world.sign_in(0, ADA);
    let late = world.find(asks_user).unwrap();
    world.sign_in(0, BOB);
    world.settle();
    world.deliver(late);
    world.settle();
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn another_user_who_signs_in_elsewhere_is_shown_only_with_the_own_name() {
    let mut world = world(2);
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(2));
    assert_eq!(world.tabs[1].user(), Some(ADA));
    world.sign_in(0, BOB);
    let question = world.find(|packet| matches!(packet, Packet::AskUser { tab: 1, .. })).unwrap();
    assert_eq!(world.status(1), Status::Loading, "the previous user is gone");
    world.deliver(question);
    world.settle();
    assert_eq!(world.tabs[1].user(), Some(BOB));
}

#[test]
fn the_user_can_be_loaded_again() {
    let mut world = signed_in();
    world.input(0, Input::ReloadUser);
    world.settle();
    assert_eq!(world.user_requests, 2);
    assert!(world.is_signed_in(0));
}

#[test]
fn a_reload_of_the_user_without_a_session_sends_nothing() {
    let mut world = world(1);
    world.input(0, Input::ReloadUser);
    world.settle();
    assert_eq!(world.user_requests, 0);
}

#[test]
fn a_sign_out_ends_the_wait_for_the_user() {
    let mut world = world(1);
    let call = world.sign_in(0, ADA);
    let late = world.find(asks_user).unwrap();
    world.sign_out(0);
    world.settle();
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::SignedOut));
    assert_eq!(world.outcome(0, call), SETTLED);
    world.deliver(late);
    world.settle();
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::SignedOut));
}

#[test]
fn a_refused_sign_in_settles_although_the_status_is_not_known() {
    let mut world = signed_in();
    world.close_tab(0);
    world.server.down = Some(None);
    let tab = world.open_tab();
    world.settle();
    assert_eq!(world.status(tab), Status::Loading);
    let call = world.sign_in(tab, ADA);
    world.settle();
    assert_eq!(world.outcome(tab, call), SETTLED);
}

#[test]
fn the_idle_limit_ends_the_session_with_its_own_reason() {
    let mut world = signed_in();
    world.sign_out_idle(0);
    world.settle();
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Idle));
}

#[test]
fn a_user_that_arrives_with_a_token_ends_the_wait() {
    let mut world = world(1);
    world.sign_in(0, ADA);
    let _never_answered = world.find(asks_user).unwrap();
    world.server.names_user = true;
    world.sign_in(0, BOB);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].user(), Some(BOB));
}
