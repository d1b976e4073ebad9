//! Promises 5, 6, 9 and 10: when the token is refreshed, which tab does it, and what a failure means.

use tokencell::{
    CallError, DeliveryPath, Event, ExchangeId, ExchangeResult, Generation, Hint, Input, LeaseClaim, Lock, Millis,
    Policy, Reason, RefreshFailure, RefreshTrigger, Status,
};

use crate::common::{ADA, Outcome, Packet, Traced, World, shared};

fn is_refresh(packet: &Packet) -> bool {
    matches!(packet, Packet::Ask { kind: tokencell::ExchangeKind::Refresh, .. })
}

#[test]
fn promise_5_a_token_is_refreshed_at_three_quarters_of_its_observed_lifetime() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis(74_999));
    assert_eq!(world.server.refreshes, 0);
    world.pass(Millis(1));
    assert_eq!(world.server.refreshes, 1);
    assert!(world.tabs[0].events.contains(&Event::RefreshStarted(RefreshTrigger::Due)));
    assert!(world.tabs[0].events.contains(&Event::Refreshed(Generation(2))));
    world.pass(Millis::seconds(7500));
    assert_eq!(world.server.refreshes, 101);
}

#[test]
fn promise_5_an_expired_token_is_refreshed_before_a_request_is_sent() {
    let mut world = World::signed_in(1, ADA);
    // The timer of a sleeping laptop does not fire.
    world.now = world.now + Millis::seconds(3600);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_5_a_missed_refresh_is_made_on_waking() {
    let mut world = World::signed_in(1, ADA);
    world.now = world.now + Millis::seconds(3600);
    world.input(0, Input::Woke(shared(Hint::SignedIn)));
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_5_refreshes_keep_a_minimum_interval_for_any_lifetime_of_the_token() {
    let mut world = World::new(1);
    world.server.lifetime = 0.1;
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(10));
    assert_eq!(world.server.refreshes, 10);
}

#[test]
fn promise_5_a_token_of_unknown_lifetime_is_refreshed_only_after_a_401() {
    let mut world = World::new(1);
    world.sign_in(0, ADA);
    let ask = world.take_ask();
    let (issued, cookie) = world.server.sign_in(ADA, world.now);
    world.jar = Some(cookie);
    world.answer(ask, ExchangeResult::Granted(issued.grant_of_unknown_lifetime()));
    world.pass(Millis::seconds(3600));
    assert_eq!(world.server.refreshes, 0);
    assert_eq!(world.tabs[0].session.snapshot().expires, None);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_6_any_number_of_requests_with_an_expired_token_cause_one_refresh() {
    for number in [1, 100, 10_000] {
        let mut world = World::signed_in(1, ADA);
        world.pass(Millis::seconds(5));
        world.server.expire_tokens(world.now);
        let calls: Vec<_> = (0..number).map(|_| world.fetch(0)).collect();
        world.settle();
        assert_eq!(world.server.refreshes, 1);
        for call in calls {
            assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
        }
    }
}

#[test]
fn promise_6_a_valid_token_is_used_during_a_refresh() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let lock = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(lock);
    let ask = world.intercept(is_refresh);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
    world.deliver(ask);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_five_503s_in_a_row_do_not_end_the_session() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.pass(Millis::seconds(75));
    while world.tabs[0].events.iter().filter(|event| matches!(event, Event::RefreshFailed(..))).count() < 5 {
        let next = world.next_deadline().unwrap();
        assert!(next.since(world.now) <= Millis::seconds(16), "the backoff doubles, starting with one second");
        world.pass(next.since(world.now));
        assert!(world.is_signed_in(0));
    }
    world.server.down = None;
    world.pass(Millis::seconds(60));
    assert!(world.is_signed_in(0));
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
}

#[test]
fn promise_9_the_backoff_restarts_after_a_success() {
    let mut world = World::signed_in(1, ADA);
    for _ in 0..2 {
        world.server.down = Some(None);
        world.pass(Millis::seconds(75 + 40));
        world.server.down = None;
        world.pass(Millis::seconds(60));
        assert!(world.is_signed_in(0));
    }
    let pauses = first_pauses(&world.tabs[0].events);
    assert_eq!(pauses.len(), 2);
}

/// The pause after the first failure of each series of failures.
fn first_pauses(events: &[Event]) -> Vec<&Event> {
    let rows = events.split(|event| matches!(event, Event::Refreshed(_)));
    rows.filter_map(|row| row.iter().find(|event| matches!(event, Event::RefreshFailed(..)))).collect()
}

#[test]
fn promise_9_being_offline_ends_no_session_and_a_refresh_follows_at_once_when_the_network_is_back() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    for _ in 0..6 {
        let ask = world.take_ask();
        world.answer(ask, ExchangeResult::Unreachable(None));
        let next = world.next_deadline().unwrap();
        world.now = next;
        world.tick();
    }
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Unreachable(None));
    let asked = world.server.refreshes;
    world.settle();
    assert_eq!(world.server.refreshes, asked, "no refresh during the pause");
    world.input(0, Input::Online);
    world.settle();
    assert_eq!(world.server.refreshes, asked + 1);
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_9_retry_after_is_honoured_even_when_the_network_is_back() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(Some(Millis::seconds(120)));
    world.pass(Millis::seconds(75));
    world.server.down = None;
    world.input(0, Input::Online);
    world.pass(Millis(119_999));
    assert_eq!(world.server.refreshes, 0);
    world.pass(Millis(1));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_retry_after_is_limited_to_five_minutes() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(Some(Millis::MAX));
    world.pass(Millis::seconds(75));
    world.server.down = None;
    world.pass(Millis::seconds(300));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_a_malformed_response_does_not_change_the_session() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Malformed);
    assert!(matches!(world.tabs[0].events.last(), Some(Event::RefreshFailed(RefreshFailure::Malformed, Some(_)))));
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
    world.pass(Millis::seconds(2));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn a_lock_or_a_claim_of_another_exchange_or_stage_is_ignored() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let Packet::Locked { id, .. } = world.intercept(|packet| matches!(packet, Packet::Locked { .. })) else {
        unreachable!()
    };
    let other = ExchangeId(id.0 + 1);
    world.slow_reads = true;
    let now = world.shared();
    let claimed = |id| Input::Claimed(id, LeaseClaim::Ours, now);
    // The session waits for its lock. A lock of another exchange and a claim are ignored.
    world.input(0, Input::Locked(other, Lock::Held));
    world.input(0, claimed(id));
    world.settle();
    assert_eq!(world.server.refreshes, 0);
    world.input(0, Input::Locked(id, Lock::Held));
    let claim = world.intercept(|packet| matches!(packet, Packet::Read { of: Traced::Claimed(..), .. }));
    // The session waits for its claim. A lock and the claim of another exchange are ignored.
    world.input(0, Input::Locked(id, Lock::Held));
    world.input(0, claimed(other));
    world.settle();
    assert_eq!(world.server.refreshes, 0);
    world.deliver(claim);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_a_refusal_ends_the_session() {
    let mut world = World::signed_in(1, ADA);
    world.server.revoke(ADA);
    let call = world.fetch(0);
    world.pass(Millis::seconds(2));
    assert_eq!(
        world.outcome(0, call),
        Some(Outcome::Settled(DeliveryPath::Direct, None)),
        "the token is younger than the minimum interval"
    );
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)), "the caller gets its 401");
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
    assert_eq!(world.tabs[0].user(), None);
    assert_eq!(world.server.refreshes, 1);
    assert_eq!(world.hint, Hint::Never);
}

#[test]
fn promise_9_a_request_that_waited_for_a_refused_refresh_fails_with_session_ended() {
    let mut world = World::signed_in(1, ADA);
    world.server.revoke(ADA);
    world.now = world.now + Millis::seconds(200);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::SessionEnded)));
}

#[test]
fn promise_9_the_wait_for_a_refresh_ends_and_the_session_does_not() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.now = world.now + Millis::seconds(200);
    let first = world.fetch(0);
    world.pass(Millis::seconds(1));
    let second = world.fetch(0);
    world.pass(Policy::CALL_TIMEOUT.saturating_sub(Millis(1001)));
    assert_eq!(world.outcome(0, first), None);
    world.pass(Millis(1));
    assert_eq!(world.outcome(0, first), Some(Outcome::Failed(CallError::Unreachable)));
    assert_eq!(world.outcome(0, second), None);
    world.pass(Millis::seconds(1));
    assert_eq!(world.outcome(0, second), Some(Outcome::Failed(CallError::Unreachable)));
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_9_the_caller_gets_the_401_if_no_refresh_succeeds() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    world.server.down = Some(None);
    let call = world.fetch(0);
    world.pass(Policy::CALL_TIMEOUT);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
}

#[test]
fn promise_9_a_refresh_without_a_response_times_out_and_is_repeated() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let (tab, id) = world.take_ask();
    world.pass(Policy::EXCHANGE_TIMEOUT);
    assert!(matches!(world.tabs[0].events.last(), Some(Event::RefreshFailed(RefreshFailure::Unreachable, Some(_)))));
    assert!(world.is_signed_in(0));
    world.input(tab, Input::Answered(id, ExchangeResult::Refused, shared(Hint::SignedIn)));
    assert!(world.is_signed_in(0), "the id of a late response is obsolete");
    world.pass(Millis::seconds(5));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_the_refusal_after_a_lost_race_is_confirmed_by_a_second_attempt() {
    let mut world = World::signed_in(1, ADA);
    world.locks = false;
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Refused);
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 0);
    world.pass(Policy::REFUSAL_RETRY.saturating_sub(Millis(1)));
    assert_eq!(world.server.refreshes, 0);
    world.pass(Millis(1));
    assert_eq!(world.server.refreshes, 1);
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_9_two_refusals_after_a_lost_race_end_the_session() {
    let mut world = World::signed_in(1, ADA);
    world.locks = false;
    world.server.revoke(ADA);
    world.pass(Millis::seconds(75));
    world.pass(Policy::REFUSAL_RETRY);
    assert_eq!(world.server.refreshes, 2);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn promise_10_a_page_waits_for_the_cookie_of_a_page_that_was_closed_during_a_refresh() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let lock = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(lock);
    world.now = world.now + Millis::seconds(1);
    world.close_tab(0);
    let tab = world.open_tab();
    let asked = world.intercept(is_refresh);
    world.pass(Policy::ORPHANED_LEASE_TTL.saturating_sub(Millis(1001)));
    assert_eq!(world.server.refreshes, 0);
    world.deliver(asked);
    world.settle();
    world.pass(Millis(1));
    assert_eq!((world.server.refreshes, world.server.reuses), (2, 0));
    assert!(world.is_signed_in(tab));
}

#[test]
fn a_lock_that_is_granted_twice_or_late_is_ignored() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let (tab, id) = world.take_ask();
    world.input(tab, Input::Locked(id, Lock::Held));
    assert!(world.wire.is_empty(), "it has already sent its request");
}

#[test]
fn a_response_to_another_exchange_is_ignored() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let id = tokencell::ExchangeId(2);
    world.input(0, Input::Answered(id, ExchangeResult::Refused, world.shared()));
    assert!(world.is_signed_in(0), "the exchange has not been sent");
    let (tab, asked) = world.take_ask();
    assert_eq!(asked, id);
    world.input(tab, Input::Answered(tokencell::ExchangeId(1), ExchangeResult::Refused, world.shared()));
    assert!(world.is_signed_in(0), "another exchange has been sent");
    world.tabs[0].refusals += 1;
    world.input(tab, Input::Answered(id, ExchangeResult::Refused, world.shared()));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn a_postponed_refresh_keeps_its_trigger() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.pass(Millis::seconds(75));
    world.leap(Millis(400));
    world.now = world.now + Millis::seconds(30);
    world.fetch(0);
    world.settle();
    let causes: Vec<_> =
        world.tabs[0].events.iter().filter(|event| matches!(event, Event::RefreshStarted(_))).collect();
    assert_eq!(causes.first(), Some(&&Event::RefreshStarted(RefreshTrigger::Due)));
    assert_eq!(causes.last(), Some(&&Event::RefreshStarted(RefreshTrigger::Due)));
    assert!(causes.len() > 1);
}
