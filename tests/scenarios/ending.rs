//! Promises 16, 18 and 19: sign-out, the back/forward cache, and the removal of tokens.

use tokencell::{
    Bearer, CallError, Credentials, DeliveryPath, Event, ExchangeKind, ExchangeResult, Hint, Input, Millis, Policy,
    Reason, RefreshMode, SignOutRoute, Status, Token,
};

use crate::common::{ADA, BOB, Outcome, Packet, World, shared};

const SIGNED_OUT: Status = Status::Unauthenticated(Reason::SignedOut);

#[test]
fn promise_16_a_sign_out_ends_the_session_in_every_tab_at_once() {
    let mut world = World::signed_in(3, ADA);
    world.pass(Millis::seconds(5));
    let call = world.sign_out(0);
    assert_eq!(world.status(0), SIGNED_OUT, "before any response");
    let request = world.fetch(0);
    assert!(matches!(world.tabs[0].session.bearer(request), Bearer::None));
    world.settle();
    assert!((0..3).all(|tab| world.status(tab) == SIGNED_OUT));
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!(world.jar, None, "the server has ended the session");
    assert_eq!(world.hint, Hint::SignedOut);
}

#[test]
fn promise_16_the_sign_out_request_still_has_the_token() {
    let mut world = World::signed_in(1, ADA);
    let call = world.sign_out(0);
    let kind = ExchangeKind::SignOut(Some(call));
    assert!(world.tabs[0].session.credentials(kind).is_some());
    world.settle();
    assert!(world.tabs[0].session.credentials(kind).is_none(), "removed after use");
}

#[test]
fn promise_16_a_sign_out_works_offline_and_reaches_the_server_later() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    world.server.down = Some(None);
    let call = world.sign_out(0);
    world.settle();
    assert!((0..2).all(|tab| world.status(tab) == SIGNED_OUT));
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)), "the caller does not wait");
    assert_eq!(world.hint, Hint::SignOutPending);
    assert!(matches!(world.tabs[0].events.last(), Some(Event::SignOutPending(Some(_)))));
    assert!(
        world.tabs[0].session.credentials(ExchangeKind::SignOut(None)).is_none(),
        "the token is removed in any case"
    );
    world.server.down = None;
    world.input(0, Input::Online);
    world.settle();
    assert_eq!((world.jar, world.hint), (None, Hint::SignedOut));
    world.pass(Millis::seconds(3600));
    assert_eq!(world.server.refreshes, 2, "one restored tab 1, one got the token for the sign-out");
}

#[test]
fn promise_16_a_sign_out_that_did_not_reach_the_server_is_sent_at_the_next_start() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.sign_out(0);
    world.settle();
    world.close_tab(0);
    world.server.down = None;
    let tab = world.open_tab();
    assert_eq!(world.status(tab), SIGNED_OUT);
    world.settle();
    assert_eq!((world.jar, world.hint), (None, Hint::SignedOut));
    assert_eq!(world.server.refreshes, 1, "for the token of the sign-out request");
    assert_eq!(world.status(tab), SIGNED_OUT, "the page does not get this session");
}

#[test]
fn promise_16_without_a_sign_out_endpoint_a_pending_sign_out_sends_no_request() {
    let mut world = World::with_policy(0, Policy::new(RefreshMode::Cookie, SignOutRoute::None));
    world.hint = Hint::SignOutPending;
    let tab = world.open_tab();
    assert_eq!(world.status(tab), SIGNED_OUT);
    world.pass(Millis::seconds(60));
    assert!(world.wire.is_empty());
}

#[test]
fn promise_16_without_a_sign_out_endpoint_a_sign_out_is_local() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Cookie, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    let call = world.sign_out(0);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!(world.hint, Hint::SignedOut);
    assert!(world.tabs[0].session.credentials(ExchangeKind::SignOut(None)).is_none());
}

#[test]
fn promise_16_a_pending_sign_out_does_not_end_a_later_session_of_another_user() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    world.server.down = Some(None);
    world.sign_out(0);
    world.settle();
    world.server.down = None;
    world.sign_in(1, BOB);
    let posts = world.wire.len();
    world.settle();
    assert!(posts > 0);
    world.pass(Millis::seconds(120));
    assert_eq!((world.tabs[0].user(), world.tabs[1].user()), (Some(BOB), Some(BOB)));
    assert!(world.server.accepts(world.jar.unwrap()));
}

#[test]
fn promise_16_a_sign_out_is_not_sent_if_the_hint_reports_a_newer_sign_in() {
    let mut world = World::signed_in(1, ADA);
    let call = world.sign_out(0);
    world.hint = Hint::SignedIn;
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert!(world.server.accepts(world.jar.unwrap()));
    assert_eq!(world.hint, Hint::SignedIn);
    world.pass(Millis::seconds(3600));
    assert!(world.server.accepts(world.jar.unwrap()));
}

#[test]
fn promise_16_a_sign_out_waits_for_a_running_refresh_so_that_it_ends_the_refreshed_session() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let lock = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(lock);
    let refresh = world.intercept(|packet| matches!(packet, Packet::Ask { .. }));
    let call = world.sign_out(0);
    assert_eq!(world.status(0), SIGNED_OUT);
    world.settle();
    assert_eq!(world.outcome(0, call), None, "not before the refresh has ended");
    world.deliver(refresh);
    world.settle();
    assert_eq!(world.status(0), SIGNED_OUT, "its token is ignored");
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!((world.jar, world.hint), (None, Hint::SignedOut));
}

#[test]
fn promise_16_the_token_of_a_refresh_that_ends_after_a_sign_out_is_used_for_the_sign_out_request() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    let call = world.sign_out(0);
    world.answer(ask, ExchangeResult::Granted(crate::common::grant("newest", None)));
    let credentials = world.tabs[0].session.credentials(ExchangeKind::SignOut(Some(call)));
    assert_eq!(credentials.and_then(|credentials| credentials.access.as_ref()).map(Token::expose), Some("newest"));
}

#[test]
fn promise_16_a_sign_out_cancels_a_refresh_that_waits_for_the_lock() {
    let mut world = World::signed_in(1, ADA);
    world.hogged = true;
    world.leap(Millis::seconds(75));
    world.sign_out(0);
    world.hogged = false;
    world.pass(Policy::LOCK_TIMEOUT);
    assert_eq!(world.server.refreshes, 0);
    assert_eq!(world.hint, Hint::SignedOut);
}

#[test]
fn promise_16_a_sign_out_cancels_earlier_sign_ins() {
    let mut world = World::signed_in(1, ADA);
    let (first, second) = (world.sign_in(0, BOB), world.sign_in(0, BOB));
    world.sign_out(0);
    assert_eq!(world.outcome(0, first), Some(Outcome::Failed(CallError::SignedOut)));
    assert_eq!(world.outcome(0, second), Some(Outcome::Failed(CallError::SignedOut)));
    world.settle();
    assert_eq!(world.status(0), SIGNED_OUT);
    assert_eq!(world.jar, None);
}

#[test]
fn promise_16_a_sign_out_cancels_a_sign_in_that_the_server_has_received() {
    let mut world = World::new(1);
    let sign_in = world.sign_in(0, ADA);
    let lock = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(lock);
    let sign_out = world.sign_out(0);
    world.settle();
    assert_eq!(world.outcome(0, sign_in), Some(Outcome::Failed(CallError::SignedOut)));
    assert_eq!(world.outcome(0, sign_out), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert!(!world.is_signed_in(0));
    assert_eq!(world.jar, None, "the server has ended its session");
}

#[test]
fn promise_16_a_sign_in_after_a_sign_out_takes_effect() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    world.sign_in(0, BOB);
    world.settle();
    assert_eq!(world.tabs[0].user(), Some(BOB));
    assert!(world.server.accepts(world.jar.unwrap()));
}

#[test]
fn promise_16_a_sign_out_without_a_session_does_nothing() {
    let mut world = World::new(1);
    let call = world.sign_out(0);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Never));
    assert!(world.wire.is_empty());
}

#[test]
fn promise_16_a_sign_out_fails_the_open_requests_of_the_user() {
    let mut world = World::signed_in(1, ADA);
    let sent = world.fetch(0);
    world.now = world.now + Millis::seconds(200);
    let waiting = world.fetch(0);
    world.sign_out(0);
    assert_eq!(world.outcome(0, sent), Some(Outcome::Failed(CallError::SignedOut)));
    assert_eq!(world.outcome(0, waiting), Some(Outcome::Failed(CallError::SignedOut)));
    let after = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, after), Some(Outcome::Settled(DeliveryPath::Anonymous, None)));
}

#[test]
fn promise_16_a_sign_out_during_a_restore_takes_effect() {
    let mut world = World::signed_in(1, ADA);
    let tab = world.open_tab();
    let (status, request) = (world.wait_for_status(tab), world.fetch(tab));
    let ask = world.take_ask();
    world.sign_out(tab);
    assert_eq!(world.outcome(tab, status), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!(world.outcome(tab, request), Some(Outcome::Failed(CallError::SignedOut)));
    world.answer(ask, ExchangeResult::Granted(crate::common::grant("late", None)));
    world.settle();
    assert_eq!(world.status(tab), SIGNED_OUT);
}

#[test]
fn promise_16_a_sign_out_that_has_read_an_old_shared_state_cancels_a_running_sign_in() {
    let mut world = World::signed_in(2, ADA);
    world.pass(Millis::seconds(5));
    let sign_in = world.sign_in(1, BOB);
    let locked = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.slow_reads = true;
    world.sign_out(1);
    let reading = world.intercept(|packet| matches!(packet, Packet::Read { .. }));
    world.slow_reads = false;
    world.sign_out(0);
    world.deliver(locked);
    world.deliver(reading);
    world.settle();
    assert_eq!(world.outcome(1, sign_in), Some(Outcome::Failed(CallError::SignedOut)));
    assert!((0..2).all(|tab| world.status(tab) == SIGNED_OUT));
    assert_eq!((world.jar, world.hint), (None, Hint::SignedOut));
}

#[test]
fn promise_16_the_grant_of_a_refresh_is_ignored_after_a_sign_out_in_another_tab() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.take_ask();
    (world.hint, world.epoch) = (Hint::SignOutPending, world.epoch.next()); // its message is still on the way
    world.answer(ask, ExchangeResult::Granted(crate::common::grant("late", None)));
    assert_eq!(world.status(0), SIGNED_OUT);
    assert_eq!(world.hint, Hint::SignOutPending, "the other tab still has to send the sign-out");
}

#[test]
fn promise_16_no_refresh_is_sent_after_a_sign_out_in_another_tab() {
    let mut world = World::signed_in(1, ADA);
    world.now = world.now + Millis::seconds(75);
    world.hint = Hint::SignedOut;
    world.tick();
    world.settle();
    assert_eq!(world.server.refreshes, 0);
    assert_eq!(world.status(0), SIGNED_OUT);
}

#[test]
fn promise_16_a_tab_that_was_asleep_during_a_sign_out_ends_its_session_when_it_wakes() {
    let mut world = World::signed_in(1, ADA);
    world.input(0, Input::Woke(shared(Hint::SignedOut)));
    assert_eq!(world.status(0), SIGNED_OUT);
}

#[test]
fn promise_18_a_page_from_the_back_forward_cache_shows_no_session_before_the_check() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.input(0, Input::Restored(shared(Hint::SignedIn)));
    assert_eq!(world.status(0), Status::Loading);
    assert_eq!(world.tabs[0].user(), None);
    let call = world.fetch(0);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 1);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
}

#[test]
fn promise_18_a_page_from_the_cache_sends_no_request_before_it_has_read_the_shared_state() {
    let mut world = World::signed_in(1, ADA);
    world.input(0, Input::Returned);
    assert_eq!(world.status(0), Status::Loading);
    let call = world.fetch(0);
    world.input(0, Input::Restored(shared(Hint::SignedOut)));
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::SignedOut)));
    assert_eq!(world.status(0), SIGNED_OUT);
}

#[test]
fn promise_18_after_a_sign_out_a_page_from_the_cache_is_signed_out_without_a_request() {
    let mut world = World::signed_in(1, ADA);
    world.input(0, Input::Restored(shared(Hint::SignedOut)));
    assert_eq!(world.status(0), SIGNED_OUT);
    world.settle();
    assert_eq!(world.server.refreshes, 0);
}

#[test]
fn promise_18_a_page_from_the_cache_keeps_its_session_if_the_server_is_unreachable() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.down = Some(None);
    world.input(0, Input::Restored(shared(Hint::SignedIn)));
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].user(), Some(ADA));
}

#[test]
fn promise_18_without_a_refresh_endpoint_a_page_from_the_cache_keeps_its_session() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.input(0, Input::Restored(shared(Hint::SignedIn)));
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_19_debug_output_contains_no_token() {
    let token = || Token::parse("s3cret-canary".into()).unwrap();
    let credentials = Credentials { access: Some(token()), refresh: Some(token()) };
    let session = World::signed_in(1, ADA);
    let tab = format!("{:?}", session.tabs[0].session);
    assert!(tab.contains("Token(…)"), "the session is printed");
    assert!(!tab.contains("u1-f0"), "{tab}");
    assert!(!format!("{credentials:?} {:?}", crate::common::grant("s3cret-canary", None)).contains("canary"));
}

#[test]
fn promise_16_a_tab_that_waits_for_its_sign_out_follows_a_sign_in_of_another_tab() {
    let mut world = World::signed_in(1, ADA);
    world.hogged = true;
    let call = world.sign_out(0);
    let (_, cookie) = world.server.sign_in(BOB, world.now);
    (world.jar, world.hint, world.epoch) = (Some(cookie), Hint::SignedIn, world.epoch.next());
    world.signed_in_writes += 1;
    world.input(0, Input::Peer(tokencell::PeerMessage::SignedIn, world.shared()));
    world.pass(Millis::seconds(20));
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn promise_3_a_waiting_sign_in_continues_after_the_end_of_the_previous_session() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(99));
    world.hogged = true;
    let call = world.sign_in(0, BOB);
    world.pass(Millis::seconds(1));
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Expired));
    world.pass(Policy::LOCK_TIMEOUT);
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn promise_18_a_401_that_arrives_during_the_check_of_a_page_is_retried() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    let call = world.fetch(0);
    let request = world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    world.input(0, Input::Restored(world.shared()));
    world.deliver(request);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
    assert_eq!(world.server.refreshes, 1);
}
