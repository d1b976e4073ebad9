//! Promises 6, 10, 11 and 17 between tabs: one lock, and messages that are only hints.

use tokencell::{
    CallError, Effect, Event, ExchangeKind, ExchangeResult, Hint, Input, Lease, LeaseClaim, Lock, Millis, PeerMessage,
    Policy, Reason, RefreshMode, SharedState, SignOutRoute, Status,
};

use crate::common::{ADA, BOB, Outcome, Packet, World, shared};

#[test]
fn promise_6_twenty_tabs_never_refresh_at_the_same_time() {
    let mut world = World::signed_in(20, ADA);
    world.pass(Millis::seconds(10));
    assert!((0..20).all(|tab| world.is_signed_in(tab)), "a sign-in shows in every tab");
    world.pass(Millis::seconds(1000));
    assert!((0..20).all(|tab| world.is_signed_in(tab)));
    assert_eq!(world.most_refreshes_at_once, 1);
    assert_eq!(world.server.reuses, 0);
}

#[test]
fn promise_11_a_tab_waits_a_limited_time_for_a_lock_that_is_never_released() {
    let mut world = World::signed_in(1, ADA);
    world.hogged = true;
    world.now = world.now + Millis::seconds(200);
    let call = world.fetch(0);
    world.pass(Policy::LOCK_TIMEOUT.saturating_sub(Millis(1)));
    assert_eq!(world.outcome(0, call), None);
    world.pass(Millis(1));
    assert!(matches!(world.outcome(0, call), Some(Outcome::Settled(_, Some(ADA)))));
}

#[test]
fn promise_11_without_locks_a_session_works() {
    let mut world = World::new(1);
    world.locks = false;
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(300));
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 4);
}

#[test]
fn promise_11_forged_messages_cause_at_most_one_check_at_a_time() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    for _ in 0..10_000 {
        for message in [PeerMessage::Changed, PeerMessage::SignedIn, PeerMessage::SignedOut] {
            world.input(0, Input::Peer(message, shared(Hint::SignedIn)));
        }
        world.settle();
    }
    assert!(world.is_signed_in(0));
    assert!(world.server.refreshes <= 2, "the minimum interval holds: {}", world.server.refreshes);
    world.pass(Millis::seconds(1));
    assert!(world.server.refreshes <= 2);
}

#[test]
fn promise_11_forged_messages_to_an_anonymous_user_cause_no_request() {
    let mut world = World::new(1);
    for message in [PeerMessage::Changed, PeerMessage::SignedIn, PeerMessage::SignedOut] {
        world.input(0, Input::Peer(message, shared(Hint::Never)));
    }
    world.pass(Millis::seconds(60));
    assert_eq!(world.server.refreshes, 0);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Never));
}

#[test]
fn promise_11_a_message_of_another_tab_is_never_broadcast_again() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    assert_eq!(world.broadcasts, 1, "the sign-in; tab 1 sends no message about it");
    world.server.revoke(ADA);
    let call = world.fetch(0);
    world.pass(Millis::seconds(1));
    assert_eq!(world.broadcasts, 2, "the refusal; tab 1 sends no message about its own refusal");
    assert!(matches!(world.outcome(0, call), Some(Outcome::Settled(_, None))));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
    assert_eq!(world.status(1), Status::Unauthenticated(Reason::Revoked), "the message caused a check");
    assert_eq!(world.server.refreshes, 3, "one restored tab 1, two were refused");
    assert!(world.wire.is_empty());
}

#[test]
fn promise_11_a_signed_out_tab_ignores_changes() {
    let mut world = World::new(1);
    world.hint = Hint::SignedIn;
    world.input(0, Input::Peer(PeerMessage::Changed, shared(Hint::SignedIn)));
    world.settle();
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn promise_11_tabs_without_a_shared_cookie_share_no_sign_in() {
    let mut world = World::with_policy(2, Policy::new(RefreshMode::None, SignOutRoute::Server));
    world.sign_in(0, ADA);
    world.settle();
    assert!(!world.is_signed_in(1));
    world.sign_in(1, BOB);
    world.settle();
    assert_eq!((world.tabs[0].user(), world.tabs[1].user()), (Some(ADA), Some(BOB)));
    world.sign_out(0);
    world.settle();
    assert!(!world.is_signed_in(1), "but they share a sign-out");
}

#[test]
fn promise_17_another_account_replaces_the_user_in_every_tab() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    let call = world.fetch(1);
    let packet = world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    world.sign_in(0, BOB);
    world.pass(Millis::seconds(2));
    assert_eq!(world.tabs[0].user(), Some(BOB));
    assert_eq!(world.tabs[1].user(), Some(BOB), "cached user data is removed");
    assert_eq!(world.outcome(1, call), Some(Outcome::Failed(CallError::Replaced)));
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(1, call), Some(Outcome::Failed(CallError::Replaced)));
}

#[test]
fn promise_17_after_a_sign_in_in_another_tab_a_token_without_a_user_counts_as_that_of_another_user() {
    let mut world = World::new(2);
    world.server.opaque = true;
    world.sign_in(0, ADA);
    world.pass(Millis::seconds(5));
    let stays = world.fetch(1);
    let stays_packet = world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    world.pass(Millis::seconds(100));
    world.deliver(stays_packet);
    world.settle();
    assert!(matches!(world.outcome(1, stays), Some(Outcome::Settled(_, Some(ADA)))), "a refresh is not a sign-in");
    let call = world.fetch(1);
    world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    world.sign_in(0, BOB);
    world.pass(Millis::seconds(2));
    assert_eq!(world.outcome(1, call), Some(Outcome::Failed(CallError::Replaced)));
}

#[test]
fn promise_17_a_refresh_that_returns_another_user_notifies_the_other_tabs() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    // A sign-in without a message, for example by a window with an older version.
    let (_, cookie) = world.server.sign_in(BOB, world.now);
    world.jar = Some(cookie);
    world.server.expire_tokens(world.now);
    let call = world.fetch(0);
    world.pass(Millis::seconds(2));
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::Replaced)));
    assert_eq!((world.tabs[0].user(), world.tabs[1].user()), (Some(BOB), Some(BOB)));
}

#[test]
fn promise_17_a_tab_that_cannot_follow_the_other_account_ends_as_replaced() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    world.server.revoke(ADA);
    world.epoch = world.epoch.next();
    world.input(1, Input::Peer(PeerMessage::SignedIn, world.shared()));
    world.settle();
    assert_eq!(world.status(1), Status::Unauthenticated(Reason::Replaced));
}

#[test]
fn promise_17_a_sign_in_that_is_reported_during_a_refresh_is_checked_after_it() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    let (_, cookie) = world.server.sign_in(BOB, world.now);
    world.input(0, Input::Peer(PeerMessage::SignedIn, shared(Hint::SignedIn)));
    let (old, _) = world.server.refresh(world.jar, world.now).unwrap();
    world.jar = Some(cookie);
    world.answer(ask, ExchangeResult::Granted(old.grant()));
    assert_eq!(world.tabs[0].user(), Some(ADA));
    world.pass(Policy::MIN_REFRESH_INTERVAL);
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn a_tab_that_was_asleep_during_a_sign_in_restores_the_session_when_it_wakes() {
    let mut world = World::new(2);
    world.sign_in(0, ADA);
    let mut ask = world.take_ask();
    ask.0 = 0;
    let (issued, cookie) = world.server.sign_in(ADA, world.now);
    world.jar = Some(cookie);
    world.answer(ask, ExchangeResult::Granted(issued.grant()));
    world.intercept(|packet| matches!(packet, Packet::Post { .. }));
    world.settle();
    assert!(!world.is_signed_in(1));
    world.input(1, Input::Woke(world.shared()));
    world.settle();
    assert!(world.is_signed_in(1));
    assert!(world.tabs[1].events.iter().any(|event| matches!(event, Event::Refreshed(_))));
    assert_eq!(world.tabs[1].session.credentials(ExchangeKind::SignIn(tokencell::CallId(0))).map(|_| ()), None);
}

#[test]
fn promise_17_a_token_without_a_user_is_not_trusted_when_the_message_about_a_sign_in_comes_late() {
    let mut world = World::new(2);
    world.server.opaque = true;
    world.sign_in(0, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    let call = world.fetch(1);
    let response = world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    world.sign_in(0, BOB);
    while !matches!(world.wire.front(), Some((_, Packet::Post { .. }))) {
        let (_, packet) = world.wire.pop_front().unwrap();
        world.deliver(packet);
    }
    let message = world.intercept(|packet| matches!(packet, Packet::Post { .. }));
    world.deliver(response);
    world.settle();
    assert_eq!(world.outcome(1, call), Some(Outcome::Failed(CallError::Replaced)));
    world.deliver(message);
    world.settle();
    assert_eq!(world.tabs[1].user(), Some(BOB));
}

#[test]
fn promise_11_a_refresh_that_changes_nothing_is_not_broadcast() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(500));
    assert_eq!(world.broadcasts, 1);
    world.open_tab();
    world.settle();
    assert_eq!(world.broadcasts, 1, "a restored session is not broadcast");
    world.server.revoke(ADA);
    world.open_tab();
    world.settle();
    assert_eq!(world.broadcasts, 1, "a failed restore is not broadcast");
}

#[test]
fn promise_11_an_account_that_a_check_finds_is_not_broadcast() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    let (_, cookie) = world.server.sign_in(BOB, world.now);
    world.jar = Some(cookie);
    world.input(1, Input::Peer(PeerMessage::Changed, world.shared()));
    world.settle();
    assert_eq!(world.tabs[1].user(), Some(BOB));
    assert_eq!(world.broadcasts, 1);
}

#[test]
fn promise_9_a_tab_with_a_session_corrects_the_hint_of_a_tab_that_has_lost_a_race() {
    let mut world = World::signed_in(1, ADA);
    let writes = world.signed_in_writes;
    world.pass(Millis::seconds(75));
    assert_eq!(world.signed_in_writes, writes, "no correction is needed");
    world.hint = Hint::Never;
    world.pass(Millis::seconds(75));
    assert_eq!(world.hint, Hint::SignedIn);
}

#[test]
fn promise_11_a_message_that_arrives_before_its_hint_takes_effect_when_the_hint_arrives() {
    let mut world = World::signed_in(1, ADA);
    let hint = world.hint;
    world.hint = Hint::Never;
    let tab = world.open_tab();
    world.input(tab, Input::Peer(PeerMessage::SignedIn, world.shared()));
    world.settle();
    assert!(!world.is_signed_in(tab));
    world.hint = hint;
    world.input(tab, Input::Woke(world.shared()));
    world.settle();
    assert!(world.is_signed_in(tab));
}

#[test]
fn promise_11_a_tab_waits_longer_for_a_lock_that_other_tabs_use_in_turns() {
    let mut world = World::signed_in(1, ADA);
    world.hogged = true;
    world.leap(Millis::seconds(75));
    world.now = world.now + Policy::LOCK_TIMEOUT;
    let busy = |age| SharedState { lease: Some(Lease { age, is_slow: false }), ..shared(Hint::SignedIn) };
    world.input(0, Input::Tick(busy(Millis::seconds(20))));
    assert!(world.wire.is_empty(), "another vault is working, so this one does not proceed without the lock");
    world.now = world.now + Policy::LEASE_TTL;
    world.input(0, Input::Tick(busy(Policy::LEASE_TTL)));
    assert!(matches!(world.wire.front(), Some((_, Packet::Ask { .. }))), "the exchange of that lease is over");
}

#[test]
fn promise_11_tabs_refresh_one_after_the_other_even_if_the_lock_is_never_released() {
    let mut world = World::signed_in(5, ADA);
    world.pass(Millis::seconds(10));
    world.slow_reads = true;
    world.hogged = true;
    let refreshed = world.server.refreshes;
    world.server.expire_tokens(world.now);
    let calls: Vec<_> = (0..5).map(|tab| (tab, world.fetch(tab))).collect();
    world.pass(Policy::CALL_TIMEOUT);
    for (tab, call) in calls {
        assert!(matches!(world.outcome(tab, call), Some(Outcome::Settled(_, Some(ADA)))), "tab {tab}");
    }
    assert_eq!(world.server.refreshes, refreshed + 5);
    assert_eq!((world.server.reuses, world.most_refreshes_at_once), (0, 1));
}

#[test]
fn promise_11_a_tab_waits_a_limited_time_for_a_lease_that_is_always_renewed() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let locked = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    let Packet::Locked { id, .. } = locked else { unreachable!() };
    world.tabs[0].handle(Input::Locked(id, Lock::Held), world.now);
    let busy = SharedState { lease: Some(Lease { age: Millis(10), is_slow: false }), ..shared(Hint::SignedIn) };
    let began = world.now;
    while !world.tabs[0]
        .handle(Input::Claimed(id, LeaseClaim::Theirs, busy), world.now)
        .iter()
        .any(|effect| matches!(effect, Effect::Exchange(..)))
    {
        world.now = world.now + Policy::REFUSAL_RETRY;
        assert!(world.now.since(began) <= Policy::LEASE_WAIT_LIMIT, "it waits without a limit");
        world.tabs[0].handle(Input::Tick(busy), world.now);
    }
}

#[test]
fn promise_16_a_sign_out_in_another_tab_cancels_a_sign_in_that_was_sent_without_a_session() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
    let sign_in = world.sign_in(0, BOB);
    let ask = world.take_ask();
    // Another vault signs in and out, without a lock.
    world.epoch = world.epoch.next().next();
    world.answer(ask, ExchangeResult::Granted(crate::common::grant("late", None)));
    assert_eq!(world.outcome(0, sign_in), Some(Outcome::Failed(CallError::SignedOut)));
    world.settle();
    assert!(!world.is_signed_in(0));
}

#[test]
fn promise_10_a_page_does_not_wait_for_a_refresh_whose_lease_ended_long_ago() {
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

/// A state that a vault knew before the storage stopped answering.
const fn stale(hint: Hint) -> SharedState {
    SharedState { is_stale: true, ..shared(hint) }
}

#[test]
fn promise_16_when_the_storage_does_not_answer_a_sign_out_of_another_tab_stops_the_token_until_the_server_has_answered()
{
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.revoke(ADA);
    world.input(0, Input::Peer(PeerMessage::SignedOut, stale(Hint::SignedIn)));
    assert_eq!(world.status(0), Status::Loading);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::SessionEnded)));
}

#[test]
fn promise_11_when_the_storage_does_not_answer_a_forged_sign_out_ends_no_session() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    for _ in 0..10_000 {
        world.input(0, Input::Peer(PeerMessage::SignedOut, stale(Hint::SignedIn)));
    }
    world.settle();
    assert!(world.is_signed_in(0));
    assert!(world.server.refreshes <= 2, "the minimum interval holds: {}", world.server.refreshes);
}
