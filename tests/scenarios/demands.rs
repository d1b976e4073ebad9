//! Promise 27: the page demands a refresh, or asks whether the API knows a session.

use tokencell::{
    CallError, DeliveryPath, ExchangeKind, ExchangeResult, Millis, Policy, Reason, RefreshMode, RefreshTrigger,
    SignOutRoute, Status,
};
use tokencell::{Event, Hint};

use crate::common::{ADA, BOB, Outcome, Packet, World};

const SETTLED: Option<Outcome> = Some(Outcome::Settled(DeliveryPath::Direct, None));
const NEVER: Status = Status::Unauthenticated(Reason::Never);

fn asks_refresh(packet: &Packet) -> bool {
    matches!(packet, Packet::Ask { kind: ExchangeKind::Refresh, .. })
}

/// Signed in long enough ago for another refresh.
fn signed_in(tabs: usize) -> World {
    let mut world = World::signed_in(tabs, ADA);
    world.pass(Millis::seconds(2));
    world
}

#[test]
fn a_demanded_refresh_settles_with_the_new_token() {
    let mut world = signed_in(1);
    let call = world.refresh(0, false);
    let question = world.find(asks_refresh).unwrap();
    assert_eq!(world.outcome(0, call), None);
    world.deliver(question);
    world.settle();
    assert_eq!(world.outcome(0, call), SETTLED);
    assert!(world.tabs[0].events.contains(&Event::RefreshStarted(RefreshTrigger::Requested)));
}

#[test]
fn demands_share_one_refresh_even_if_it_has_been_sent() {
    let mut world = signed_in(1);
    let first = world.refresh(0, false);
    let question = world.find(asks_refresh).unwrap();
    let second = world.refresh(0, false);
    world.deliver(question);
    world.settle();
    assert_eq!((world.outcome(0, first), world.outcome(0, second)), (SETTLED, SETTLED));
    world.pass(Millis::seconds(5));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn a_demanded_refresh_happens_although_a_sign_in_that_was_under_way_fails() {
    let mut world = signed_in(1);
    world.sign_in(0, BOB);
    let asked = world.take_ask();
    let call = world.refresh(0, false);
    world.answer(asked, ExchangeResult::Refused);
    world.settle();
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn a_refresh_with_a_body_needs_no_second_one_after_a_sign_in_that_fails() {
    let mut world = signed_in(1);
    world.sign_in(0, BOB);
    let asked = world.take_ask();
    let call = world.refresh(0, true);
    world.answer(asked, ExchangeResult::Refused);
    world.settle();
    world.pass(Millis::seconds(5));
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn a_refresh_with_a_body_does_not_share_a_refresh_that_has_been_sent() {
    let mut world = signed_in(1);
    world.refresh(0, false);
    let first = world.find(asks_refresh).unwrap();
    let call = world.refresh(0, true);
    assert!(!world.tabs[0].session.has_own_body());
    world.deliver(first);
    world.settle();
    assert_eq!(world.outcome(0, call), None, "the pause between two refreshes");
    world.pass(Millis::seconds(1));
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.server.refreshes, 2);
}

#[test]
fn only_the_refresh_that_the_page_waits_for_has_its_body() {
    let mut world = signed_in(1);
    world.refresh(0, true);
    let question = world.find(asks_refresh).unwrap();
    assert!(world.tabs[0].session.has_own_body());
    world.deliver(question);
    world.settle();
    world.pass(Millis::seconds(74));
    let _scheduled = world.refresh(0, false);
    let _question = world.find(asks_refresh).unwrap();
    assert!(!world.tabs[0].session.has_own_body());
}

#[test]
fn a_refusal_of_a_body_fails_its_call_and_the_session_goes_on_if_it_is_valid() {
    let mut world = signed_in(1);
    let call = world.refresh(0, true);
    let Some(Packet::Ask { tab, id, .. }) = world.find(asks_refresh) else { unreachable!() };
    world.refuse(tab, id);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::RefreshUnusable)));
    assert!(world.is_signed_in(0));
    world.pass(Millis::seconds(1));
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 1, "the session was checked without the body");
}

#[test]
fn a_refusal_of_a_body_ends_a_session_that_the_server_has_revoked() {
    let mut world = signed_in(1);
    world.server.revoke(ADA);
    world.refresh(0, true);
    world.settle();
    world.pass(Millis::seconds(2));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn a_demanded_refresh_without_a_session_fails() {
    let mut world = World::new(1);
    let call = world.refresh(0, false);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::SessionEnded)));
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn a_demanded_refresh_fails_when_the_server_refuses_it() {
    let mut world = signed_in(1);
    world.server.revoke(ADA);
    let call = world.refresh(0, false);
    world.settle();
    world.pass(Millis::seconds(1));
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::SessionEnded)));
}

#[test]
fn a_demanded_refresh_fails_as_unreachable_and_the_session_goes_on() {
    let mut world = signed_in(1);
    world.server.down = Some(None);
    let call = world.refresh(0, false);
    world.pass(Policy::CALL_TIMEOUT);
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::Unreachable)));
    assert!(world.is_signed_in(0));
}

#[test]
fn a_demanded_refresh_fails_at_once_where_there_is_no_refresh() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    let call = world.refresh(0, false);
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::RefreshUnusable)));
    assert!(world.is_signed_in(0));
}

#[test]
fn restore_finds_a_session_that_began_on_a_page_of_the_server() {
    let mut world = World::new(2);
    world.settle();
    world.sign_in_at_server(ADA);
    let call = world.restore(0);
    assert_eq!(world.status(0), Status::Loading);
    world.settle();
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.tabs[0].user(), Some(ADA));
    assert_eq!(world.hint, Hint::SignedIn);
    world.pass(Millis::seconds(1));
    assert_eq!(world.tabs[1].user(), Some(ADA), "the other tab follows");
}

#[test]
fn restore_in_a_new_tab_tells_the_others_that_another_user_may_have_signed_in() {
    let mut world = signed_in(1);
    world.sign_in_at_server(BOB);
    let new = world.open_tab();
    world.restore(new);
    world.pass(Millis::seconds(2));
    assert_eq!((world.tabs[new].user(), world.tabs[0].user()), (Some(BOB), Some(BOB)));
    world.pass(Millis::seconds(5));
    assert_eq!(world.server.refreshes, 2, "one for each tab");
}

#[test]
fn restore_asks_after_a_sign_out_too() {
    let mut world = signed_in(1);
    world.sign_out(0);
    world.settle();
    world.sign_in_at_server(BOB);
    world.restore(0);
    world.pass(Millis::seconds(2));
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn restore_does_not_undo_a_sign_out_that_the_server_has_not_confirmed() {
    let mut world = signed_in(2);
    world.server.down = Some(None);
    world.sign_out(0);
    world.pass(Millis::seconds(30));
    world.server.down = None;
    let calls = [world.restore(0), world.restore(1)];
    world.settle();
    assert_eq!([world.outcome(0, calls[0]), world.outcome(1, calls[1])], [SETTLED, SETTLED]);
    world.pass(Millis::seconds(60));
    for tab in [0, 1] {
        assert_eq!(world.status(tab), Status::Unauthenticated(Reason::SignedOut));
    }
    assert_eq!(world.hint, Hint::SignedOut, "the server has confirmed it in the meantime");
}

#[test]
fn restore_without_a_session_shows_a_visitor_who_never_signed_in() {
    let mut world = World::new(1);
    world.settle();
    let call = world.restore(0);
    world.settle();
    assert_eq!(world.status(0), NEVER);
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn restore_checks_a_session_that_is_there() {
    let mut world = signed_in(1);
    world.sign_in_at_server(BOB);
    let call = world.restore(0);
    world.settle();
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn restore_resolves_when_the_session_has_ended() {
    let mut world = signed_in(1);
    world.server.revoke(ADA);
    let call = world.restore(0);
    world.settle();
    world.pass(Millis::seconds(1));
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn restore_asks_nothing_where_no_cookie_holds_a_session() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Body, SignOutRoute::None));
    world.settle();
    let call = world.restore(0);
    world.settle();
    assert_eq!(world.outcome(0, call), SETTLED);
    assert_eq!(world.status(0), NEVER);
    assert_eq!(world.server.refreshes, 0);
}
