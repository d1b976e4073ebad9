//! Promise 16: the credential of a sign-out, and the meaning of its responses.

use tokencell::{Event, ExchangeId, ExchangeKind, ExchangeResult, Hint, Millis, Policy, RefreshMode, SignOutRoute};

use crate::common::{ADA, Packet, World, grant};

/// The first request of a sign-out, this many milliseconds after the sign-in, without a refresh. Tokens live 100 s.
fn first_request_after(millis: u64) -> ExchangeKind {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.pass(Millis(millis));
    world.server.down = None;
    world.sign_out(0);
    loop {
        match world.wire.pop_front().expect("a request to the server").1 {
            Packet::Ask { kind, .. } => return kind,
            packet => world.deliver(packet),
        }
    }
}

#[test]
fn a_token_that_is_valid_for_more_than_five_seconds_is_sent_with_the_sign_out() {
    assert!(matches!(first_request_after(94_999), ExchangeKind::SignOut(Some(_))));
}

#[test]
fn a_token_that_expires_within_five_seconds_is_refreshed_before_the_sign_out() {
    assert_eq!(first_request_after(95_000), ExchangeKind::Refresh);
    assert_eq!(first_request_after(101_000), ExchangeKind::Refresh);
}

#[test]
fn if_the_server_does_not_respond_the_event_has_the_end_of_the_exchange() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    world.take_ask();
    let ends = world.now + Policy::EXCHANGE_TIMEOUT;
    world.pass(Policy::REPORT_TIMEOUT);
    assert_eq!(world.tabs[0].events.last(), Some(&Event::SignOutPending(Some(ends))));
}

#[test]
fn a_token_in_the_response_to_a_sign_out_does_not_confirm_the_sign_out() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Granted(grant("unexpected", None)));
    assert_eq!(world.hint, Hint::SignOutPending);
    assert!(matches!(world.tabs[0].events.last(), Some(Event::SignOutPending(Some(_)))));
}

#[test]
fn a_sign_out_that_the_server_does_not_understand_is_reported_once_and_not_sent_again() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Malformed);
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
    assert_eq!(world.tabs[0].events.last(), Some(&Event::SignOutPending(None)));
    world.pass(Millis::seconds(600));
    assert!(world.wire.is_empty());
}

/// A sign-out with an expired token: the server gets a refresh first. Returns it.
fn renewing_sign_out() -> (World, (usize, ExchangeId)) {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.pass(Millis::seconds(101));
    world.server.down = None;
    world.sign_out(0);
    let refresh = world.take_ask();
    (world, refresh)
}

#[test]
fn a_sign_out_that_is_refused_with_a_new_token_stays_pending_and_is_sent_again_in_five_minutes() {
    let (mut world, refresh) = renewing_sign_out();
    world.answer(refresh, ExchangeResult::Granted(grant("new", None)));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Refused);
    assert_eq!(world.hint, Hint::SignOutPending);
    let retry = world.now + Policy::SIGN_OUT_RETRY;
    assert_eq!(world.tabs[0].events.last(), Some(&Event::SignOutPending(Some(retry))));
}

#[test]
fn a_sign_out_stays_pending_if_the_response_to_its_refresh_is_unusable() {
    let (mut world, refresh) = renewing_sign_out();
    world.answer(refresh, ExchangeResult::Malformed);
    assert_eq!(world.hint, Hint::SignOutPending);
    assert!(matches!(world.tabs[0].events.last(), Some(Event::SignOutPending(Some(_)))));
}

/// How many tokens answers are searched for.
fn known_tokens(world: &World) -> usize {
    world.tabs[0].session.tokens().count()
}

#[test]
fn the_tokens_of_a_session_are_known_until_the_server_has_confirmed_the_sign_out() {
    let mut world = World::signed_in(1, ADA);
    assert_eq!(known_tokens(&world), 1);
    world.sign_out(0);
    let ask = world.take_ask();
    assert_eq!(known_tokens(&world), 1, "the server can repeat the token in its response");
    world.answer(ask, ExchangeResult::Done);
    world.settle();
    assert_eq!(known_tokens(&world), 0);
}

/// A session without a refresh, this many milliseconds after the sign-in.
fn unrefreshable_after(millis: u64) -> World {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::Server));
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis(millis));
    world
}

#[test]
fn without_a_refresh_a_token_is_sent_with_the_sign_out_until_it_expires() {
    let mut world = unrefreshable_after(99_000);
    world.sign_out(0);
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
    assert!(!world.tabs[0].events.iter().any(|event| matches!(event, Event::SignOutPending(_))));
}

#[test]
fn without_a_refresh_a_sign_out_that_has_not_reached_the_server_is_given_up_when_its_token_expires() {
    let mut world = unrefreshable_after(95_000);
    world.server.down = Some(None);
    world.sign_out(0);
    world.settle();
    assert!(matches!(world.tabs[0].events.last(), Some(Event::SignOutPending(Some(_)))));
    world.pass(Millis::seconds(60));
    assert_eq!(world.tabs[0].events.last(), Some(&Event::SignOutPending(None)));
    assert_eq!(world.hint, Hint::SignedOut);
}
