//! Promises 5, 6, 9 and 10: when the token is refreshed, by whom, and what a failure means.

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
fn promise_5_a_token_that_is_known_to_be_expired_is_refreshed_before_sending() {
    let mut world = World::signed_in(1, ADA);
    // The timer of a sleeping laptop does not go off.
    world.now = world.now + Millis::seconds(3600);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_5_a_late_timer_is_made_good_on_waking() {
    let mut world = World::signed_in(1, ADA);
    world.now = world.now + Millis::seconds(3600);
    world.input(0, Input::Woke(shared(Hint::SignedIn)));
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_5_refreshes_keep_a_floor_however_short_the_token_lives() {
    let mut world = World::new(1);
    world.server.lifetime = 0.1;
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(10));
    assert_eq!(world.server.refreshes, 10);
}

#[test]
fn promise_5_a_token_of_unknown_lifetime_is_refreshed_by_a_401_alone() {
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
fn promise_6_any_number_of_requests_on_an_expired_token_cause_one_refresh() {
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
fn promise_6_while_a_refresh_runs_a_valid_token_keeps_being_used() {
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
        assert!(next.since(world.now) <= Millis::seconds(16), "backoff doubles from a second");
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
fn promise_9_backoff_starts_afresh_after_a_success() {
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

/// The pause after the first failure of each row of failures.
fn first_pauses(events: &[Event]) -> Vec<&Event> {
    let rows = events.split(|event| matches!(event, Event::Refreshed(_)));
    rows.filter_map(|row| row.iter().find(|event| matches!(event, Event::RefreshFailed(..)))).collect()
}

#[test]
fn promise_9_offline_ends_nothing_and_the_network_coming_back_is_used_at_once() {
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
    assert_eq!(world.server.refreshes, asked, "a pause is a pause");
    world.input(0, Input::Online);
    world.settle();
    assert_eq!(world.server.refreshes, asked + 1);
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_9_a_retry_after_is_honoured_even_when_the_network_comes_back() {
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
fn promise_9_a_retry_after_is_believed_for_five_minutes_at_most() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(Some(Millis::MAX));
    world.pass(Millis::seconds(75));
    world.server.down = None;
    world.pass(Millis::seconds(300));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_a_malformed_answer_leaves_the_old_session_intact() {
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
fn a_lock_or_a_claim_for_another_exchange_or_at_another_stage_changes_nothing() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let Packet::Locked { id, .. } = world.intercept(|packet| matches!(packet, Packet::Locked { .. })) else {
        unreachable!()
    };
    let other = ExchangeId(id.0 + 1);
    world.slow_reads = true;
    let now = world.shared();
    let claimed = |id| Input::Claimed(id, LeaseClaim::Ours, now);
    // It waits for its lock: neither another's lock nor a claim moves it.
    world.input(0, Input::Locked(other, Lock::Held));
    world.input(0, claimed(id));
    world.settle();
    assert_eq!(world.server.refreshes, 0);
    world.input(0, Input::Locked(id, Lock::Held));
    let claim = world.intercept(|packet| matches!(packet, Packet::Read { of: Traced::Claimed(..), .. }));
    // It waits for its claim: neither a lock nor the claim of another moves it.
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
        "a token younger than the floor"
    );
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)), "the 401 that started it");
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
    assert_eq!(world.tabs[0].user(), None);
    assert_eq!(world.server.refreshes, 1);
    assert_eq!(world.hint, Hint::Never);
}

#[test]
fn promise_9_a_request_that_waited_for_a_refused_refresh_says_so() {
    let mut world = World::signed_in(1, ADA);
    world.server.revoke(ADA);
    world.now = world.now + Millis::seconds(200);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::SessionEnded)));
}

#[test]
fn promise_9_a_wait_for_a_refresh_ends_and_the_session_does_not() {
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
fn promise_9_a_401_is_handed_over_when_no_refresh_comes_through() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    world.server.down = Some(None);
    let call = world.fetch(0);
    world.pass(Policy::CALL_TIMEOUT);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
}

#[test]
fn promise_9_a_server_that_never_answers_is_given_up_and_asked_again() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let (tab, id) = world.take_ask();
    world.pass(Policy::EXCHANGE_TIMEOUT);
    assert!(matches!(world.tabs[0].events.last(), Some(Event::RefreshFailed(RefreshFailure::Unreachable, Some(_)))));
    assert!(world.is_signed_in(0));
    world.input(tab, Input::Answered(id, ExchangeResult::Refused, shared(Hint::SignedIn)));
    assert!(world.is_signed_in(0), "a late answer has an old id");
    world.pass(Millis::seconds(5));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_9_a_lost_race_is_looked_at_once_more_before_it_counts() {
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
fn promise_9_a_race_lost_twice_is_a_refusal() {
    let mut world = World::signed_in(1, ADA);
    world.locks = false;
    world.server.revoke(ADA);
    world.pass(Millis::seconds(75));
    world.pass(Policy::REFUSAL_RETRY);
    assert_eq!(world.server.refreshes, 2);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn promise_10_a_page_that_died_in_mid_refresh_has_its_cookie_brought_home_first() {
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
fn promise_10_what_was_left_in_flight_long_ago_is_not_waited_for() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let lock = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(lock);
    world.close_tab(0);
    world.settle();
    world.now = world.now + Policy::ORPHANED_LEASE_TTL;
    let tab = world.open_tab();
    world.settle();
    assert!(world.is_signed_in(tab));
}

#[test]
fn a_lock_that_comes_twice_or_late_is_ignored() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let (tab, id) = world.take_ask();
    world.input(tab, Input::Locked(id, Lock::Held));
    assert!(world.wire.is_empty(), "it has asked already");
}

#[test]
fn an_answer_to_another_question_is_ignored() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let id = tokencell::ExchangeId(2);
    world.input(0, Input::Answered(id, ExchangeResult::Refused, world.shared()));
    assert!(world.is_signed_in(0), "it has not been asked");
    let (tab, asked) = world.take_ask();
    assert_eq!(asked, id);
    world.input(tab, Input::Answered(tokencell::ExchangeId(1), ExchangeResult::Refused, world.shared()));
    assert!(world.is_signed_in(0), "it has been asked something else");
    world.tabs[0].refusals += 1;
    world.input(tab, Input::Answered(id, ExchangeResult::Refused, world.shared()));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn a_refresh_that_is_put_off_remembers_what_it_was_for() {
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
