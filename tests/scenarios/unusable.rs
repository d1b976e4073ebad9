//! A refresh endpoint that responds without a token.

use tokencell::{CallError, ExchangeResult, Hint, Millis, RefreshFailure};

use crate::common::{ADA, Outcome, World};

#[test]
fn a_refresh_response_without_a_token_fails_all_waiting_calls_at_once() {
    let mut world = World::new(0);
    world.hint = Hint::SignedIn;
    let tab = world.open_tab();
    let ask = world.take_ask();
    let (status, request) = (world.wait_for_status(tab), world.fetch(tab));
    world.answer(ask, ExchangeResult::Malformed);
    let failed = Some(Outcome::Failed(CallError::RefreshUnusable));
    assert_eq!((world.outcome(tab, status), world.outcome(tab, request)), (failed, failed));
    assert_eq!(world.tabs[tab].session.snapshot().failure, Some(RefreshFailure::Malformed));
    // A call before the next attempt fails at once, too. A call during the attempt waits for its result.
    let call = world.fetch(tab);
    assert_eq!(world.outcome(tab, call), failed);
    world.leap(Millis::seconds(2));
    let call = world.fetch(tab);
    assert_eq!(world.outcome(tab, call), None);
    world.settle();
    assert!(world.outcome(tab, call).is_some());
}

#[test]
fn after_a_refresh_response_without_a_token_the_caller_gets_the_401() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(10));
    world.server.expire_tokens(world.now);
    let call = world.fetch(0);
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Malformed);
    assert!(matches!(world.outcome(0, call), Some(Outcome::Settled(..))));
}
