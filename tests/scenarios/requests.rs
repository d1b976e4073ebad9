//! Promises 7, 8 and 14: the one retry, whose request it is, and bodies that cannot be sent twice.

use tokencell::{Bearer, Body, CallError, DeliveryPath, Input, Millis, Policy, ResponseClass};

use crate::common::{ADA, BOB, Outcome, Packet, World, renewal};

fn is_request(packet: &Packet) -> bool {
    matches!(packet, Packet::Request { .. })
}

/// Signed in, with a token that is old enough for a refresh, and that the server refuses from now on.
fn on_an_expired_token() -> World {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    world
}

#[test]
fn a_request_is_sent_at_once_and_its_response_returns_to_the_caller() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
}

#[test]
fn a_request_of_a_page_that_still_shows_the_previous_user_is_not_sent() {
    let mut world = World::signed_in(1, ADA);
    let ada = world.tabs[0].session.shown();
    world.sign_in(0, BOB);
    world.settle();
    let call = world.send_showing(0, Body::Replayable, ada);
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::Replaced)));
    let bob = world.tabs[0].session.shown();
    assert_ne!(ada, bob);
    for shown in [bob, None] {
        let call = world.send_showing(0, Body::Replayable, shown);
        world.settle();
        assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(BOB))));
    }
}

#[test]
fn a_refresh_does_not_change_the_session_that_a_page_shows() {
    let mut world = on_an_expired_token();
    let shown = world.tabs[0].session.shown();
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
    assert_eq!(world.tabs[0].session.shown(), shown);
}

#[test]
fn without_a_session_a_request_is_sent_without_a_token() {
    let mut world = World::new(1);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Anonymous, None)));
    assert_eq!(world.server.refreshes, 0, "its 401 causes no refresh");
}

#[test]
fn a_request_before_the_status_is_known_waits_for_it() {
    let mut world = World::signed_in(1, ADA);
    let tab = world.open_tab();
    let call = world.fetch(tab);
    assert!(!world.wire.iter().any(|(_, packet)| is_request(packet)));
    world.settle();
    assert_eq!(world.outcome(tab, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
}

#[test]
fn a_request_before_the_session_turns_out_to_be_gone_is_sent_without_a_token() {
    let mut world = World::signed_in(1, ADA);
    world.server.revoke(ADA);
    let tab = world.open_tab();
    let call = world.fetch(tab);
    world.settle();
    assert_eq!(world.outcome(tab, call), Some(Outcome::Settled(DeliveryPath::Anonymous, None)));
}

#[test]
fn promise_7_a_401_for_an_older_generation_is_retried_without_a_refresh() {
    let mut world = on_an_expired_token();
    let straggler = world.fetch(0);
    let packet = world.intercept(is_request);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
    assert_eq!(world.outcome(0, straggler), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_7_a_second_401_goes_to_the_caller() {
    let mut world = on_an_expired_token();
    let call = world.fetch(0);
    let packet = world.intercept(is_request);
    world.deliver(packet);
    while !world.wire.iter().any(|(_, packet)| is_request(packet)) {
        let (_, packet) = world.wire.pop_front().unwrap();
        world.deliver(packet);
    }
    world.server.expire_tokens(world.now);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, None)));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_7_an_endpoint_that_always_responds_401_causes_fewer_and_fewer_refreshes() {
    let mut world = World::signed_in(1, ADA);
    for _ in 0..600 {
        world.pass(Millis::seconds(1));
        let call = world.fetch(0);
        while world.outcome(0, call).is_none() {
            let (_, packet) = world.wire.pop_front().unwrap();
            match packet {
                Packet::Request { tab, call, .. } => {
                    world.input(tab, Input::Responded(call, ResponseClass::Unauthorized))
                }
                packet => world.deliver(packet),
            }
        }
    }
    assert!(world.is_signed_in(0));
    let expected = 600 / 75 + 8;
    assert!(world.server.refreshes <= expected, "{} refreshes in ten minutes", world.server.refreshes);
}

#[test]
fn promise_7_after_a_successful_retry_a_401_causes_a_refresh_again() {
    let mut world = World::signed_in(1, ADA);
    let refuse = |world: &mut World| {
        let call = world.fetch(0);
        while world.outcome(0, call).is_none() {
            match world.wire.pop_front().unwrap().1 {
                Packet::Request { tab, call, .. } => {
                    world.input(tab, Input::Responded(call, ResponseClass::Unauthorized))
                }
                packet => world.deliver(packet),
            }
        }
    };
    for _ in 0..3 {
        world.pass(Millis::seconds(9));
        refuse(&mut world);
    }
    assert_eq!(world.server.refreshes, 3);
    world.pass(Millis::seconds(2));
    refuse(&mut world);
    assert_eq!(world.server.refreshes, 3, "after three failed retries, an early 401 causes no refresh");
    world.pass(Millis::seconds(9));
    for refreshes in 4..24 {
        world.server.expire_tokens(world.now);
        let call = world.fetch(0);
        world.settle();
        assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
        assert_eq!(world.server.refreshes, refreshes);
        world.pass(Millis::seconds(2));
    }
}

#[test]
fn promise_7_a_request_that_waited_for_the_status_is_retried() {
    let mut world = World::signed_in(1, ADA);
    let tab = world.open_tab();
    let call = world.fetch(tab);
    while !world.wire.iter().any(|(_, packet)| is_request(packet)) {
        let (_, packet) = world.wire.pop_front().unwrap();
        world.deliver(packet);
    }
    let packet = world.intercept(is_request);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(tab, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
}

#[test]
fn a_sign_out_does_not_fail_a_request_that_was_sent_without_a_token() {
    let mut world = World::signed_in(1, ADA);
    world.server.revoke(ADA);
    let tab = world.open_tab();
    let call = world.fetch(tab);
    while !world.wire.iter().any(|(_, packet)| is_request(packet)) {
        let (_, packet) = world.wire.pop_front().unwrap();
        world.deliver(packet);
    }
    let packet = world.intercept(is_request);
    world.sign_in(tab, ADA);
    world.settle();
    world.sign_out(tab);
    world.settle();
    assert_eq!(world.outcome(tab, call), None);
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(tab, call), Some(Outcome::Settled(DeliveryPath::Anonymous, None)));
}

#[test]
fn promise_7_a_401_for_a_token_that_was_just_granted_causes_no_refresh() {
    let mut world = World::signed_in(1, ADA);
    world.server.expire_tokens(world.now);
    world.pass(Policy::MIN_REFRESH_INTERVAL.saturating_sub(Millis(1)));
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    world.pass(Millis(1));
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
}

#[test]
fn promise_8_a_request_of_one_user_is_never_retried_as_another_user() {
    let mut world = on_an_expired_token();
    let call = world.fetch(0);
    let packet = world.intercept(is_request);
    world.sign_in(0, BOB);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::Replaced)));
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Failed(CallError::Replaced)));
}

#[test]
fn promise_8_a_request_that_was_sent_without_a_token_is_not_retried_with_a_token() {
    let mut world = World::new(1);
    let call = world.fetch(0);
    let packet = world.intercept(is_request);
    world.sign_in(0, ADA);
    world.settle();
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Anonymous, None)));
}

#[test]
fn promise_8_a_sign_in_of_the_same_user_does_not_fail_its_requests() {
    let mut world = on_an_expired_token();
    let call = world.fetch(0);
    let packet = world.intercept(is_request);
    world.sign_in(0, ADA);
    world.settle();
    world.deliver(packet);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Retried, Some(ADA))));
}

#[test]
fn promise_14_a_stream_waits_for_a_refresh_that_is_due() {
    let mut world = World::signed_in(1, ADA);
    world.now = world.now + Millis::seconds(75);
    let call = world.send(0, Body::OneShot);
    assert!(!world.wire.iter().any(|(_, packet)| is_request(packet)));
    let second = world.send(0, Body::OneShot);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
    assert_eq!(world.outcome(0, second), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
    let third = world.send(0, Body::OneShot);
    world.settle();
    assert_eq!(world.outcome(0, third), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
}

#[test]
fn promise_14_while_the_server_fails_a_stream_with_a_valid_token_does_not_wait() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.now = world.now + Millis::seconds(75);
    let call = world.send(0, Body::OneShot);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
}

#[test]
fn promise_14_the_401_of_a_stream_is_returned_after_the_refresh_as_not_replayed() {
    let mut world = on_an_expired_token();
    let call = world.send(0, Body::OneShot);
    let packet = world.intercept(is_request);
    world.deliver(packet);
    let response = world.intercept(|packet| matches!(packet, Packet::Response { .. }));
    world.deliver(response);
    assert_eq!(world.outcome(0, call), None);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::NotReplayed, None)));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn an_aborted_request_gets_no_result() {
    let mut world = on_an_expired_token();
    let call = world.fetch(0);
    world.input(0, Input::Aborted(call));
    world.settle();
    assert_eq!(world.outcome(0, call), None);
    assert_eq!(world.server.refreshes, 0);
    let waiting = world.fetch(0);
    let packet = world.intercept(is_request);
    world.deliver(packet);
    let response = world.intercept(|packet| matches!(packet, Packet::Response { .. }));
    world.deliver(response);
    world.input(0, Input::Aborted(waiting));
    world.settle();
    assert_eq!(world.outcome(0, waiting), None);
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_7_a_request_that_is_sent_late_has_the_newest_token_of_its_user() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    let token = |world: &World| match world.tabs[0].session.bearer(call) {
        Bearer::Token(token) => Some(token.expose().to_owned()),
        Bearer::None | Bearer::Withdrawn => None,
    };
    let first = token(&world);
    world.intercept(is_request);
    world.pass(Millis::seconds(75));
    assert!(token(&world).is_some());
    assert_ne!(token(&world), first);
    world.server.revoke(ADA);
    world.pass(Millis::seconds(75));
    assert!(matches!(world.tabs[0].session.bearer(call), Bearer::Withdrawn));
    assert!(matches!(world.tabs[0].session.bearer(tokencell::CallId(99)), Bearer::Withdrawn));
}

#[test]
fn promise_8_a_request_that_is_sent_late_is_withdrawn_if_another_account_has_signed_in() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.intercept(is_request);
    world.sign_in(0, BOB);
    world.settle();
    assert!(matches!(world.tabs[0].session.bearer(call), Bearer::Withdrawn));
}

fn next_bearer(world: &mut World) -> Option<String> {
    world.fetch(0);
    match world.intercept(is_request) {
        Packet::Request { bearer, .. } => bearer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_response_can_bring_the_token_for_the_next_request() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.intercept(is_request);
    world.input(0, Input::Renewed(call, renewal("u1-next", None)));
    assert_eq!(next_bearer(&mut world).as_deref(), Some("u1-next"));
}

#[test]
fn a_token_from_the_response_to_an_older_request_does_not_replace_a_newer_token() {
    let mut world = World::signed_in(1, ADA);
    let (first, second) = (world.fetch(0), world.fetch(0));
    world.intercept(is_request);
    world.intercept(is_request);
    world.input(0, Input::Renewed(second, renewal("u1-next", None)));
    world.input(0, Input::Renewed(first, renewal("u1-late", None)));
    assert_eq!(next_bearer(&mut world).as_deref(), Some("u1-next"));
}

#[test]
fn a_token_that_arrives_after_a_sign_out_is_ignored() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.intercept(is_request);
    world.sign_out(0);
    world.settle();
    world.input(0, Input::Renewed(call, renewal("u1-next", None)));
    assert!(!world.is_signed_in(0));
    assert_eq!(next_bearer(&mut world), None);
}
