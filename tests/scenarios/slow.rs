//! Promises 9, 10 and 16 with a server that is slow, loses responses, or responds after a timeout.

use tokencell::{
    DeliveryPath, Event, ExchangeKind, ExchangeResult, Hint, Input, Lease, Millis, Policy, Reason, RefreshFailure,
    RefreshMode, SharedState, SignOutRoute, Status,
};

use crate::common::{ADA, Outcome, Packet, World, grant, shared};

/// A session whose refresh has reached the server. The test delivers the response.
fn refreshing() -> (World, Packet) {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let locked = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(locked);
    let asked = world.intercept(|packet| matches!(packet, Packet::Ask { .. }));
    world.deliver(asked);
    let answer = world.intercept(|packet| matches!(packet, Packet::Told { .. }));
    (world, answer)
}

fn count(world: &World, event: impl Fn(&Event) -> bool) -> usize {
    world.tabs[0].events.iter().filter(|seen| event(seen)).count()
}

#[test]
fn promise_9_no_second_refresh_is_sent_while_a_slow_one_may_get_a_response() {
    let (mut world, answer) = refreshing();
    let call = world.fetch(0);
    world.pass(Policy::EXCHANGE_TIMEOUT.saturating_sub(Millis(1)));
    assert_eq!(world.server.refreshes, 1);
    world.deliver(answer);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!((world.server.refreshes, world.server.reuses), (1, 0));
    assert!(world.outcome(0, call).is_some());
}

#[test]
fn promise_9_a_grant_that_arrives_after_the_timeout_is_adopted() {
    let (mut world, answer) = refreshing();
    world.leap(Policy::EXCHANGE_TIMEOUT);
    world.settle();
    assert!(matches!(world.tabs[0].events.last(), Some(Event::RefreshFailed(RefreshFailure::Unreachable, Some(_)))));
    world.deliver(answer);
    world.settle();
    assert!(matches!(world.tabs[0].events.last(), Some(Event::Refreshed(_))));
    world.pass(Millis::seconds(60));
    assert!(world.is_signed_in(0));
    assert_eq!((world.server.refreshes, world.server.reuses), (1, 0));
}

#[test]
fn promise_9_a_late_grant_replaces_a_refresh_that_waits_for_the_lock() {
    let (mut world, answer) = refreshing();
    world.leap(Policy::EXCHANGE_TIMEOUT);
    world.settle();
    world.hogged = true;
    world.pass(Millis::seconds(2));
    world.deliver(answer);
    world.hogged = false;
    world.pass(Millis::seconds(30));
    assert_eq!((world.server.refreshes, world.server.reuses), (1, 0));
}

#[test]
fn promise_9_a_late_grant_is_ignored_after_a_newer_one() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let slow = world.take_ask();
    world.leap(Policy::EXCHANGE_TIMEOUT);
    // The lease of the slow exchange has to end first.
    world.leap(Policy::LEASE_TTL.saturating_sub(Policy::EXCHANGE_TIMEOUT));
    let newer = world.take_ask();
    world.answer(newer, ExchangeResult::Granted(grant("newer", None)));
    world.input(0, Input::Answered(slow.1, ExchangeResult::Granted(grant("older", None)), world.shared()));
    let credentials = world.tabs[0].session.credentials(ExchangeKind::Refresh).unwrap();
    assert_eq!(credentials.access.as_ref().unwrap().expose(), "newer");
}

#[test]
fn promise_9_a_late_grant_does_not_sign_in_a_user_who_has_signed_out() {
    let (mut world, answer) = refreshing();
    world.leap(Policy::EXCHANGE_TIMEOUT);
    world.settle();
    world.sign_out(0);
    world.deliver(answer);
    world.pass(Millis::seconds(600));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::SignedOut));
    assert_eq!(world.hint, Hint::SignedOut);
}

#[test]
fn promise_4_a_refresh_token_in_the_body_of_a_late_response_is_kept() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Body, SignOutRoute::None));
    world.sign_in(0, ADA);
    let first = world.take_ask();
    world.answer(first, ExchangeResult::Granted(grant("a0", Some("r0"))));
    world.leap(Millis::seconds(75));
    let slow = world.take_ask();
    world.leap(Policy::EXCHANGE_TIMEOUT);
    world.input(0, Input::Answered(slow.1, ExchangeResult::Granted(grant("a1", Some("r1"))), world.shared()));
    let credentials = world.tabs[0].session.credentials(ExchangeKind::Refresh).unwrap();
    assert_eq!(credentials.refresh.as_ref().unwrap().expose(), "r1");
}

#[test]
fn promise_9_a_refusal_after_a_lost_response_is_confirmed_by_a_second_attempt() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Unreachable(None));
    world.leap(Millis::seconds(1));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Refused);
    assert!(world.is_signed_in(0), "provisional");
    world.pass(Policy::REFUSAL_RETRY);
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 1, "only one refresh reached the server");
}

#[test]
fn promise_9_the_refusal_of_a_credential_that_was_not_spent_ends_the_session_at_once() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Refused);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn promise_6_a_second_vault_waits_for_a_refresh_of_nine_seconds() {
    let (mut world, answer) = refreshing();
    let tab = world.open_tab();
    world.pass(Millis::seconds(9));
    assert_eq!(world.server.refreshes, 1);
    world.deliver(answer);
    world.pass(Millis::seconds(1));
    assert!(world.is_signed_in(0) && world.is_signed_in(tab));
    assert_eq!((world.server.refreshes, world.server.reuses), (2, 0));
}

#[test]
fn promise_10_a_reload_during_a_refresh_of_five_seconds_keeps_the_session() {
    let (mut world, answer) = refreshing();
    world.close_tab(0);
    let tab = world.open_tab();
    world.pass(Millis::seconds(5));
    assert_eq!(world.server.refreshes, 1);
    world.deliver(answer);
    world.pass(Millis::seconds(3));
    assert!(world.is_signed_in(tab));
    assert_eq!((world.server.refreshes, world.server.reuses), (2, 0));
}

#[test]
fn promise_10_a_reload_during_a_refresh_that_is_marked_as_slow_waits_for_its_lease() {
    let (mut world, answer) = refreshing();
    world.pass(Policy::SLOW_EXCHANGE);
    world.close_tab(0);
    let tab = world.open_tab();
    let status = world.wait_for_status(tab);
    world.pass(Millis::seconds(55));
    assert_eq!(world.server.refreshes, 1);
    assert!(world.outcome(tab, status).is_some(), "the page does not wait as long");
    world.deliver(answer);
    world.pass(Millis::seconds(20));
    assert!(world.is_signed_in(tab));
    assert_eq!((world.server.refreshes, world.server.reuses), (2, 0));
}

#[test]
fn promise_1_the_snapshot_has_the_failure_unreachable_until_the_status_is_known() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    world.server.down = Some(None);
    let tab = world.open_tab();
    assert_eq!(world.tabs[tab].session.snapshot().failure, None);
    world.settle();
    assert_eq!(world.status(tab), Status::Loading);
    assert_eq!(world.tabs[tab].session.snapshot().failure, Some(RefreshFailure::Unreachable));
    world.server.down = None;
    world.pass(Millis::seconds(2));
    assert!(world.is_signed_in(tab));
    assert_eq!(world.tabs[tab].session.snapshot().failure, None);
}

#[test]
fn promise_1_the_snapshot_has_the_failure_unreachable_while_the_server_is_slow() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    let tab = world.open_tab();
    let ask = world.take_ask();
    world.pass(Policy::REPORT_TIMEOUT.saturating_sub(Millis(1)));
    assert_eq!(world.tabs[tab].session.snapshot().failure, None);
    world.pass(Millis(1));
    assert_eq!(world.tabs[tab].session.snapshot().failure, Some(RefreshFailure::Unreachable));
    world.answer(ask, ExchangeResult::Granted(grant("late", None)));
    assert!(world.is_signed_in(tab));
}

#[test]
fn promise_16_a_sign_out_with_an_expired_token_refreshes_it_first() {
    let mut world = World::signed_in(1, ADA);
    world.now = world.now + Millis::seconds(200);
    let call = world.sign_out(0);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
    assert_eq!((world.jar, world.hint), (None, Hint::SignedOut));
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
}

#[test]
fn promise_16_a_sign_out_that_is_refused_refreshes_its_token_once() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    world.sign_out(0);
    world.settle();
    assert_eq!((world.server.refreshes, world.jar, world.hint), (1, None, Hint::SignedOut));
}

#[test]
fn promise_16_a_sign_out_that_is_refused_with_a_fresh_token_stays_pending_and_is_reported() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    let refused = world.take_ask();
    world.answer(refused, ExchangeResult::Refused);
    let renewal = world.take_ask();
    world.answer(renewal, ExchangeResult::Granted(grant("fresh", None)));
    let refused = world.take_ask();
    world.answer(refused, ExchangeResult::Refused);
    assert_eq!(world.hint, Hint::SignOutPending);
    assert!(
        matches!(world.tabs[0].events.last(), Some(Event::SignOutPending(Some(at))) if *at >= world.now + Policy::SIGN_OUT_RETRY)
    );
    world.pass(Policy::SIGN_OUT_RETRY);
    world.pass(Millis::seconds(5));
    assert_eq!(world.hint, Hint::SignedOut, "the sign-out is sent again");
}

#[test]
fn promise_16_a_refused_refresh_during_a_sign_out_shows_that_the_session_has_ended() {
    let mut world = World::signed_in(1, ADA);
    world.now = world.now + Millis::seconds(200);
    world.server.revoke(ADA);
    world.sign_out(0);
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
    assert_eq!(count(&world, |event| matches!(event, Event::SignOutPending(_))), 0);
}

#[test]
fn promise_16_without_a_refresh_a_refused_sign_out_is_reported_once_and_not_repeated() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::Server));
    world.sign_in(0, ADA);
    world.settle();
    world.server.expire_tokens(world.now);
    world.sign_out(0);
    world.settle();
    world.pass(Millis::seconds(3600));
    assert_eq!(count(&world, |event| *event == Event::SignOutPending(None)), 1);
    assert_eq!(count(&world, |event| matches!(event, Event::SignOutPending(_))), 1);
    assert_eq!(world.hint, Hint::SignedOut);
}

#[test]
fn promise_16_without_a_refresh_and_a_token_a_pending_sign_out_is_reported_and_not_repeated() {
    let mut world = World::with_policy(0, Policy::new(RefreshMode::None, SignOutRoute::Server));
    world.hint = Hint::SignOutPending;
    world.open_tab();
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
    assert_eq!(count(&world, |event| *event == Event::SignOutPending(None)), 1);
}

#[test]
fn promise_16_with_a_session_cookie_a_pending_sign_out_needs_no_token() {
    let policy = Policy { session_cookie: true, ..Policy::new(RefreshMode::Cookie, SignOutRoute::Server) };
    let mut world = World::with_policy(0, policy);
    world.hint = Hint::SignOutPending;
    world.server.sign_out_needs_bearer = false;
    world.open_tab();
    world.settle();
    assert_eq!((world.hint, world.server.refreshes), (Hint::SignedOut, 0));
}

#[test]
fn promise_16_a_sign_out_call_does_not_wait_for_a_slow_server() {
    let mut world = World::signed_in(1, ADA);
    let call = world.sign_out(0);
    let ask = world.take_ask();
    world.pass(Policy::REPORT_TIMEOUT);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert!(matches!(world.tabs[0].events.last(), Some(Event::SignOutPending(Some(_)))));
    assert_eq!(world.hint, Hint::SignOutPending);
    world.answer(ask, ExchangeResult::Done);
    assert_eq!(world.hint, Hint::SignedOut, "the exchange continued");
}

#[test]
fn promise_16_the_token_of_a_pending_sign_out_is_removed_when_no_page_is_left() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::Server));
    world.sign_in(0, ADA);
    world.settle();
    world.server.down = Some(None);
    world.sign_out(0);
    world.settle();
    let kept = |world: &World| world.tabs[0].session.credentials(ExchangeKind::SignOut(None)).is_some();
    assert!(kept(&world), "this token is needed to end the session");
    world.input(0, Input::ClientsGone);
    world.pass(Policy::RETENTION);
    assert!(!kept(&world));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::SignedOut));
}

#[test]
fn promise_5_a_clock_that_is_set_forward_causes_a_refresh_and_ends_no_session() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.input(0, Input::ClockJumped(Millis::seconds(86_400)));
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
    assert!(matches!(world.outcome(0, call), Some(Outcome::Settled(_, Some(ADA)))));
}

#[test]
fn promise_5_a_refresh_after_a_sleep_is_due_earlier_by_the_time_of_the_sleep() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.input(0, Input::ClockJumped(Millis::seconds(60)));
    world.pass(Millis::seconds(9));
    assert_eq!(world.server.refreshes, 0);
    world.pass(Millis::seconds(1));
    assert_eq!(world.server.refreshes, 1, "75 s after the sign-in, including 60 s of sleep");
}

#[test]
fn promise_4_a_clock_that_is_set_forward_does_not_end_a_session_without_refresh() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.input(0, Input::ClockJumped(Millis::seconds(86_400)));
    world.pass(Millis::seconds(90));
    assert!(world.is_signed_in(0));
    world.pass(Millis::seconds(10));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Expired));
}

#[test]
fn promise_2_a_vault_without_pages_that_was_asleep_removes_a_token_that_it_can_restore() {
    let mut world = World::signed_in(1, ADA);
    world.input(0, Input::ClientsGone);
    world.input(0, Input::ClockJumped(Millis::seconds(3600)));
    assert!(world.tabs[0].session.credentials(ExchangeKind::Refresh).is_none());
    world.input(0, Input::ClientConnected(world.shared()));
    world.pass(Policy::MIN_REFRESH_INTERVAL);
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_2_an_unreadable_storage_does_not_lose_a_session() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    world.hint = Hint::Unknown;
    let tab = world.open_tab();
    world.settle();
    assert!(world.is_signed_in(tab));
    let mut world = World::new(0);
    world.hint = Hint::Unknown;
    let tab = world.open_tab();
    world.settle();
    assert_eq!(world.status(tab), Status::Unauthenticated(Reason::Never));
    world.input(tab, Input::Woke(shared(Hint::Unknown)));
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_11_a_vault_does_not_wait_for_a_blocked_lock_after_the_lease_of_another_vault_is_released() {
    let mut world = World::signed_in(1, ADA);
    world.hogged = true;
    world.leap(Millis::seconds(75));
    let call = world.fetch(0);
    world.now = world.now + Policy::LOCK_TIMEOUT;
    let lease = Some(Lease { age: Millis(10), is_slow: false });
    world.input(0, Input::Tick(SharedState { lease, ..shared(Hint::SignedIn) }));
    assert!(world.wire.iter().all(|(_, packet)| !matches!(packet, Packet::Ask { .. })));
    world.pass(Policy::LEASE_POLL);
    assert_eq!(world.server.refreshes, 1);
    assert!(world.outcome(0, call).is_some());
}
