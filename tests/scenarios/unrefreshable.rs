//! Promise 9 without a refresh endpoint: a 401 ends the session.

use tokencell::{
    CallId, DeliveryPath, Input, Millis, Policy, Reason, RefreshMode, ResponseClass, SignOutRoute, Status,
};

use crate::common::{ADA, BOB, Outcome, Packet, World, renewal};

#[test]
fn promise_9_a_401_for_the_newest_token_ends_a_session_that_cannot_be_refreshed() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.server.revoke(ADA);
    let early = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, early), Some(Outcome::Settled(DeliveryPath::Direct, None)));
    assert!(world.is_signed_in(0), "the token was just granted");

    world.pass(Millis::seconds(2));
    let call = world.fetch(0);
    world.settle();
    assert_eq!(world.outcome(0, call), Some(Outcome::Settled(DeliveryPath::Direct, None)), "the caller gets the 401");
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Revoked));
}

#[test]
fn promise_9_a_late_401_for_the_previous_session_ends_no_session() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(2));
    let late = world.fetch(0);
    let request = world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    world.sign_in(0, BOB);
    world.settle();
    world.pass(Millis::seconds(2));
    world.input(0, Input::Responded(late, ResponseClass::Unauthorized));
    drop(request);
    assert!(world.is_signed_in(0));
    assert_eq!(world.tabs[0].user(), Some(BOB));
}

#[test]
fn promise_9_a_401_for_a_token_that_another_response_has_replaced_ends_no_session() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(10));
    let call = sent(&mut world);
    let other = sent(&mut world);
    world.input(0, Input::Renewed(other, renewal("u1-second", None)));
    world.input(0, Input::Responded(call, ResponseClass::Unauthorized));
    world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    let third = sent(&mut world);
    world.input(0, Input::Renewed(third, renewal("u1-third", None)));
    world.input(0, Input::Responded(call, ResponseClass::Unauthorized));
    assert!(world.is_signed_in(0));
}

/// A request that the server has received.
fn sent(world: &mut World) -> CallId {
    let call = world.fetch(0);
    world.intercept(|packet| matches!(packet, Packet::Request { .. }));
    call
}
