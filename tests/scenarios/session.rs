//! Promises 1-4: status, start, sign-in, and the kinds of API.

use tokencell::{
    CallError, DeliveryPath, Effect, Hint, Input, Instant, Millis, Policy, Reason, RefreshMode, Session, SignOutRoute,
    Status,
};

use crate::common::{ADA, BOB, Outcome, World, shared};

#[test]
fn promise_1_the_status_is_loading_until_it_is_known() {
    let session = Session::<crate::common::Seen>::new(World::new(0).policy, 1);
    assert_eq!(session.snapshot().status, Status::Loading);
    assert_eq!(session.snapshot().profile, None);
}

#[test]
fn promise_1_the_snapshot_has_the_user_and_the_time_of_expiry() {
    let world = World::signed_in(1, ADA);
    let snapshot = world.tabs[0].session.snapshot();
    assert_eq!(snapshot.status, Status::Authenticated);
    assert_eq!(snapshot.profile.unwrap().user, Some(ADA));
    assert_eq!(snapshot.expires, Some(world.now + Millis::seconds(100)));
    assert_eq!(snapshot.refresh, Some(world.now + Millis::seconds(75)));
}

#[test]
fn promise_1_a_call_that_waits_for_the_status_settles_when_it_is_known() {
    let mut world = World::signed_in(1, ADA);
    let tab = world.open_tab();
    let call = world.wait_for_status(tab);
    assert_eq!(world.outcome(tab, call), None);
    world.settle();
    assert_eq!(world.outcome(tab, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert!(world.is_signed_in(tab));
    let late = world.wait_for_status(tab);
    assert_eq!(world.outcome(tab, late), Some(Outcome::Settled(DeliveryPath::Direct, None)));
}

#[test]
fn promise_1_a_call_that_waits_for_the_status_fails_if_the_server_is_unreachable() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    let tab = world.open_tab();
    let call = world.wait_for_status(tab);
    world.pass(Policy::CALL_TIMEOUT);
    assert_eq!(world.outcome(tab, call), Some(Outcome::Failed(CallError::Unreachable)));
    assert_eq!(world.status(tab), Status::Loading, "the session may still exist");
    world.server.down = None;
    world.pass(Millis::seconds(60));
    assert!(world.is_signed_in(tab));
}

#[test]
fn promise_2_a_user_who_never_signed_in_causes_no_request() {
    let mut world = World::new(1);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Never));
    world.pass(Millis::seconds(3600));
    assert!(world.wire.is_empty());
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn promise_2_the_session_of_a_user_who_signed_in_is_restored_by_one_refresh() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    let tab = world.open_tab();
    assert_eq!(world.status(tab), Status::Loading);
    world.settle();
    assert!(world.is_signed_in(tab));
    assert_eq!(world.tabs[tab].user(), Some(ADA));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_2_after_a_sign_out_no_session_is_restored() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
    let tab = world.open_tab();
    world.settle();
    assert_eq!(world.status(tab), Status::Unauthenticated(Reason::SignedOut));
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn promise_2_a_session_that_the_server_has_ended_is_not_restored_twice() {
    let mut world = World::signed_in(1, ADA);
    world.server.revoke(ADA);
    world.close_tab(0);
    let tab = world.open_tab();
    world.settle();
    assert_eq!(world.status(tab), Status::Unauthenticated(Reason::Expired));
    assert_eq!(world.hint, Hint::Never);
    world.open_tab();
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_3_a_sign_in_is_one_exchange_and_settles_its_call() {
    let mut world = World::new(1);
    let call = world.sign_in(0, ADA);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert!(world.is_signed_in(0));
    assert_eq!(world.hint, Hint::SignedIn);
}

#[test]
fn promise_3_a_refused_sign_in_changes_nothing() {
    let mut world = World::signed_in(1, ADA);
    let call = world.sign_in(0, BOB);
    let ask = world.take_ask();
    world.answer(ask, tokencell::ExchangeResult::Refused);
    assert!(matches!(world.outcome(0, call), Some(Outcome::Settled(..))), "the shell keeps the refusal");
    assert_eq!(world.tabs[0].user(), Some(ADA));
    assert_eq!(world.hint, Hint::SignedIn);
}

#[test]
fn promise_3_a_sign_in_with_a_malformed_response_changes_nothing() {
    let mut world = World::new(1);
    world.sign_in(0, BOB);
    let ask = world.take_ask();
    world.answer(ask, tokencell::ExchangeResult::Malformed);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Never));
    assert_eq!(world.hint, Hint::Never);
}

#[test]
fn promise_3_two_simultaneous_sign_ins_run_one_after_the_other_and_the_last_one_applies() {
    let mut world = World::new(1);
    let (first, second) = (world.sign_in(0, ADA), world.sign_in(0, BOB));
    world.settle();
    assert!(matches!(world.outcome(0, first), Some(Outcome::Settled(..))));
    assert!(matches!(world.outcome(0, second), Some(Outcome::Settled(..))));
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn promise_3_a_sign_in_without_a_response_ends_after_the_exchange_timeout() {
    let mut world = World::new(1);
    let call = world.sign_in(0, ADA);
    world.take_ask();
    world.pass(Policy::EXCHANGE_TIMEOUT.saturating_sub(Millis(1)));
    assert_eq!(world.outcome(0, call), None);
    world.pass(Millis(1));
    assert!(matches!(world.outcome(0, call), Some(Outcome::Settled(..))), "the shell keeps the timeout");
}

#[test]
fn promise_4_without_a_refresh_endpoint_the_session_expires_with_its_token() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis(99_999));
    assert!(world.is_signed_in(0));
    world.pass(Millis(1));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Expired));
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn promise_4_without_a_refresh_cookie_no_session_is_restored() {
    let mut world = World::with_policy(0, Policy::new(RefreshMode::Body, SignOutRoute::Server));
    world.hint = Hint::SignedIn;
    world.open_tab();
    world.settle();
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Expired));
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn promise_4_a_refresh_token_from_the_body_is_kept_until_a_newer_one_arrives() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Body, SignOutRoute::Server));
    let refresh_token = |world: &World| {
        let credentials = world.tabs[0].session.credentials(tokencell::ExchangeKind::Refresh);
        credentials.and_then(|credentials| credentials.refresh.as_ref()).map(|token| token.expose().to_owned())
    };
    world.sign_in(0, ADA);
    let ask = world.take_ask();
    world.answer(ask, tokencell::ExchangeResult::Granted(crate::common::grant("a1", Some("r1"))));
    assert_eq!(refresh_token(&world).as_deref(), Some("r1"));
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    world.answer(ask, tokencell::ExchangeResult::Granted(crate::common::grant("a2", None)));
    assert_eq!(refresh_token(&world).as_deref(), Some("r1"), "no rotation");
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    world.answer(ask, tokencell::ExchangeResult::Granted(crate::common::grant("a3", Some("r2"))));
    assert_eq!(refresh_token(&world).as_deref(), Some("r2"));
}

#[test]
fn promise_16_a_sign_out_refreshes_an_expired_token_with_the_refresh_token_of_its_session() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Body, SignOutRoute::Server));
    world.sign_in(0, ADA);
    let ask = world.take_ask();
    world.answer(ask, tokencell::ExchangeResult::Granted(crate::common::grant("a1", Some("r1"))));
    world.now = world.now + Millis::seconds(200);
    world.sign_out(0);
    world.take_ask();
    let credentials = world.tabs[0].session.credentials(tokencell::ExchangeKind::Refresh);
    let token = credentials.and_then(|credentials| credentials.refresh.as_ref());
    assert_eq!(token.map(|token| token.expose()), Some("r1"));
}

#[test]
fn promise_4_if_a_body_api_sends_no_refresh_token_the_session_expires_with_its_token() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Body, SignOutRoute::Server));
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(100));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Expired));
}

#[test]
fn unexpected_inputs_change_nothing() {
    let mut world = World::signed_in(1, ADA);
    let now = world.now;
    for input in [
        Input::Tick(shared(Hint::SignedIn)),
        Input::Online,
        Input::Woke(shared(Hint::SignedIn)),
        Input::Aborted(tokencell::CallId(99)),
    ] {
        world.input(0, input);
    }
    world.input(0, Input::Responded(tokencell::CallId(99), tokencell::ResponseClass::Unauthorized));
    world.input(0, Input::Locked(tokencell::ExchangeId(99), tokencell::Lock::Missing));
    world.input(
        0,
        Input::Answered(tokencell::ExchangeId(99), tokencell::ExchangeResult::Refused, shared(Hint::SignedIn)),
    );
    assert!(world.wire.is_empty());
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].session.deadline(), Some(now + Millis::seconds(75)));
}

#[test]
fn a_closed_vault_fails_open_calls_and_removes_its_token() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    let waiting = world.sign_in(0, BOB);
    world.input(0, Input::Closed);
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::Closed)));
    assert_eq!(world.outcome(0, waiting), Some(Outcome::Failed(CallError::Closed)));
    assert!(world.tabs[0].session.credentials(tokencell::ExchangeKind::Refresh).is_none());
    assert_eq!(world.tabs[0].session.deadline(), None);
    let effects = world.tabs[0].handle(Input::Tick(shared(Hint::SignedIn)), Instant(u64::MAX));
    assert_eq!(effects, [] as [Effect; 0]);
}
