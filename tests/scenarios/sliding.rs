//! Sliding sessions: any answer may bring the next token, and its lifetime follows.

use tokencell::{Claims, Input, Instant, Millis, Policy, RefreshMode, SignOutRoute};

use crate::common::{ADA, BOB, Packet, World, renewal, renewal_with, subject};

fn is_request(packet: &Packet) -> bool {
    matches!(packet, Packet::Request { .. })
}

/// Signed in 50 s ago with a token that is valid for 100 s and cannot be refreshed. A request is in flight.
fn world() -> (World, tokencell::CallId) {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::None, SignOutRoute::None));
    world.server.lifetime = 100.0;
    world.sign_in(0, ADA);
    world.settle();
    world.pass(Millis::seconds(50));
    let call = world.fetch(0);
    world.intercept(is_request);
    (world, call)
}

fn expires(world: &World) -> Option<Instant> {
    world.tabs[0].session.snapshot().expires
}

#[test]
fn the_lifetime_follows_the_token_that_an_answer_brings() {
    let (mut world, call) = world();
    let now = world.now;
    world.input(0, Input::Renewed(call, renewal("u1-next", Some(1))));
    assert_eq!(expires(&world), Some(now + Millis::seconds(100)));
    assert_eq!(world.tabs[0].user(), Some(ADA), "the user stays");
    world.pass(Millis::seconds(60));
    assert!(world.is_signed_in(0));
}

#[test]
fn a_token_of_another_user_is_not_adopted() {
    let (mut world, call) = world();
    let before = expires(&world);
    world.input(0, Input::Renewed(call, renewal("u2-next", Some(BOB.0))));
    assert_eq!(expires(&world), before);
    assert_eq!(world.tabs[0].user(), Some(ADA));
}

#[test]
fn a_token_of_another_user_is_not_adopted_if_its_lifetime_is_unknown() {
    let (mut world, call) = world();
    let before = expires(&world);
    let claims = Claims { exp: None, iat: None, sub: Some(subject(BOB.0)) };
    world.input(0, Input::Renewed(call, renewal_with("u2-next", Some(claims))));
    assert_eq!(expires(&world), before);
}

#[test]
fn of_two_answers_to_the_same_token_the_first_one_counts() {
    let (mut world, first) = world();
    let second = world.fetch(0);
    world.intercept(is_request);
    let now = world.now;
    world.input(0, Input::Renewed(second, renewal("u1-next", Some(1))));
    world.pass(Millis::seconds(10));
    world.input(0, Input::Renewed(first, renewal("u1-late", Some(1))));
    assert_eq!(expires(&world), Some(now + Millis::seconds(100)));
}

#[test]
fn a_token_whose_lifetime_is_unknown_does_not_end_with_the_previous_one() {
    let (mut world, call) = world();
    world.input(0, Input::Renewed(call, renewal("u1-next", None)));
    assert_eq!(expires(&world), None);
    world.pass(Millis::seconds(100));
    assert!(world.is_signed_in(0));
}

#[test]
fn a_token_in_an_answer_after_the_end_of_the_session_is_ignored() {
    let (mut world, call) = world();
    world.sign_out(0);
    world.settle();
    world.input(0, Input::Renewed(call, renewal("u1-next", Some(1))));
    assert!(!world.is_signed_in(0));
}
