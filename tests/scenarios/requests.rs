//! Promises 7, 8 and 14: the one retry, whose request it is, and bodies that cannot be sent twice.

use tokencell::{Bearer, Body, CallError, DeliveryPath, Input, Millis, Policy, ResponseClass, Token};

use crate::common::{ADA, BOB, Outcome, Packet, World};

fn is_request(packet: &Packet) -> bool {
    matches!(packet, Packet::Request { .. })
}

/// Signed in, with a token old enough to be doubted and refused from now on.
fn on_an_expired_token() -> World {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(5));
    world.server.expire_tokens(world.now);
    world
}

#[test]
fn a_request_goes_out_at_once_and_comes_back() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, Some(ADA))));
}

#[test]
fn without_a_session_a_request_goes_out_without_a_token() {
    let mut world = World::new(1);
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Anonymous, None)));
    assert_eq!(world.server.refreshes, 0, "its 401 is nobody's fault");
}

#[test]
fn a_request_made_before_the_status_is_known_waits_for_it() {
    let mut world = World::signed_in(1, ADA);
    let tab = world.open_tab();
    let call = world.fetch(tab);
    assert!(!world.wire.iter().any(|(_, packet)| is_request(packet)));
    world.settle();
    assert_eq!(world.outcome(tab, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
}

#[test]
fn a_request_made_before_it_turns_out_that_there_is_no_session_goes_out_without_a_token() {
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
fn promise_7_an_endpoint_that_always_says_401_costs_ever_fewer_refreshes() {
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
fn promise_7_a_retry_that_is_let_in_restores_the_trust_in_401s() {
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
    assert_eq!(world.server.refreshes, 3, "after three failed_retries refreshes a 401 is not believed so soon");
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
fn promise_7_a_request_that_waited_for_the_status_has_its_retry_too() {
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
fn a_sign_out_does_not_fail_what_was_sent_without_a_token() {
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
fn promise_7_a_token_that_was_only_just_granted_is_not_doubted() {
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
fn promise_8_a_request_of_one_user_is_never_retried_as_another() {
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
fn promise_8_a_request_that_went_out_without_a_token_is_not_retried_with_one() {
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
fn promise_8_signing_in_again_as_the_same_user_disturbs_no_request() {
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
fn promise_14_a_stream_waits_while_a_fresher_token_is_on_its_way() {
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
fn promise_14_a_stream_does_not_wait_for_a_server_that_is_down_while_its_token_is_good() {
    let mut world = World::signed_in(1, ADA);
    world.server.down = Some(None);
    world.now = world.now + Millis::seconds(75);
    let call = world.send(0, Body::OneShot);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Waited, Some(ADA))));
}

#[test]
fn promise_14_the_401_of_a_stream_is_given_back_after_the_refresh_and_says_why() {
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
fn a_request_that_the_page_gave_up_is_forgotten() {
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
fn promise_7_a_request_whose_turn_comes_late_goes_out_with_the_newest_token_of_its_user() {
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
fn promise_8_a_request_whose_turn_comes_after_another_account_is_not_sent() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.intercept(is_request);
    world.sign_in(0, BOB);
    world.settle();
    assert!(matches!(world.tabs[0].session.bearer(call), Bearer::Withdrawn));
}

fn renewal(text: &str) -> Token {
    Token::parse(text.to_owned()).unwrap()
}

fn next_bearer(world: &mut World) -> Option<String> {
    world.fetch(0);
    match world.intercept(is_request) {
        Packet::Request { bearer, .. } => bearer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_may_bring_the_token_that_the_next_request_goes_out_with() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.intercept(is_request);
    world.input(0, Input::Renewed(call, renewal("u1-next")));
    assert_eq!(next_bearer(&mut world).as_deref(), Some("u1-next"));
}

#[test]
fn a_token_that_an_older_request_brings_is_not_taken_for_a_newer_one() {
    let mut world = World::signed_in(1, ADA);
    let (first, second) = (world.fetch(0), world.fetch(0));
    world.intercept(is_request);
    world.intercept(is_request);
    world.input(0, Input::Renewed(second, renewal("u1-next")));
    world.input(0, Input::Renewed(first, renewal("u1-late")));
    assert_eq!(next_bearer(&mut world).as_deref(), Some("u1-next"));
}

#[test]
fn a_token_that_comes_after_a_sign_out_is_nobodys() {
    let mut world = World::signed_in(1, ADA);
    let call = world.fetch(0);
    world.intercept(is_request);
    world.sign_out(0);
    world.settle();
    world.input(0, Input::Renewed(call, renewal("u1-next")));
    assert!(!world.is_signed_in(0));
    assert_eq!(next_bearer(&mut world), None);
}
