//! Promise 2 for a vault that outlives its pages: without pages it sends no requests, and removes its token in time.

use tokencell::{ExchangeKind, ExchangeResult, Hint, Input, Millis, Policy, Reason, RefreshMode, SignOutRoute, Status};

use crate::common::{ADA, Packet, Traced, World, grant, shared};

fn clients_gone() -> World {
    let mut world = World::signed_in(1, ADA);
    world.input(0, Input::ClientsGone);
    world
}

fn has_token(world: &World) -> bool {
    world.tabs[0].session.credentials(ExchangeKind::Refresh).is_some()
}

#[test]
fn promise_2_a_vault_without_pages_sends_no_request_and_removes_its_token_in_time() {
    let mut world = clients_gone();
    world.pass(Policy::RETENTION.saturating_sub(Millis(1)));
    assert!(has_token(&world));
    world.pass(Millis(1));
    assert!(!has_token(&world));
    assert_eq!(world.status(0), Status::Loading);
    world.pass(Millis::seconds(10_000));
    assert_eq!(world.server.refreshes, 0);
    assert_eq!(world.tabs[0].session.deadline(), None);
}

#[test]
fn promise_2_a_page_that_connects_in_time_gets_the_session_without_a_request() {
    let mut world = clients_gone();
    world.pass(Millis::seconds(59));
    world.read(0, Traced::ClientConnected);
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 0);
    world.pass(Millis::seconds(16));
    assert_eq!(world.server.refreshes, 1, "at 75 % of the lifetime");
}

#[test]
fn promise_2_a_page_that_connects_later_gets_the_session_by_one_refresh() {
    let mut world = clients_gone();
    world.pass(Millis::seconds(600));
    world.read(0, Traced::ClientConnected);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_2_a_token_is_not_kept_longer_if_the_machine_was_asleep() {
    let mut world = clients_gone();
    world.now = world.now + Millis::seconds(3600);
    world.read(0, Traced::ClientConnected);
    assert!(!has_token(&world));
    world.settle();
    assert!(world.is_signed_in(0));
}

#[test]
fn promise_2_a_refresh_that_is_due_without_pages_is_made_when_a_page_connects() {
    let mut world = World::signed_in(1, ADA);
    world.pass(Millis::seconds(50));
    world.input(0, Input::ClientsGone);
    world.pass(Millis::seconds(40));
    assert_eq!(world.server.refreshes, 0);
    world.read(0, Traced::ClientConnected);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_2_a_refresh_that_waits_for_the_lock_is_postponed_when_the_last_page_closes() {
    let mut world = World::signed_in(1, ADA);
    world.hogged = true;
    world.leap(Millis::seconds(75));
    world.input(0, Input::ClientsGone);
    world.hogged = false;
    world.pass(Millis::seconds(30));
    assert_eq!(world.server.refreshes, 0);
    world.read(0, Traced::ClientConnected);
    world.settle();
    assert_eq!(world.server.refreshes, 1);
}

#[test]
fn promise_10_the_cookie_of_a_refresh_that_runs_when_the_last_page_closes_is_stored() {
    let mut world = World::signed_in(1, ADA);
    world.leap(Millis::seconds(75));
    let ask = world.intercept(|packet| matches!(packet, Packet::Locked { .. }));
    world.deliver(ask);
    world.input(0, Input::ClientsGone);
    world.pass(Millis::seconds(600));
    assert!(!has_token(&world));
    world.read(0, Traced::ClientConnected);
    world.settle();
    assert!(world.is_signed_in(0));
    assert_eq!((world.server.refreshes, world.server.reuses), (2, 0));
}

#[test]
fn promise_16_a_sign_out_in_the_last_page_still_reaches_the_server() {
    let mut world = World::signed_in(1, ADA);
    world.sign_out(0);
    world.input(0, Input::ClientsGone);
    world.settle();
    assert_eq!(world.hint, Hint::SignedOut);
}

#[test]
fn promise_4_a_session_with_its_refresh_token_in_the_vault_ends_when_the_vault_removes_it() {
    let mut world = World::with_policy(1, Policy::new(RefreshMode::Body, SignOutRoute::None));
    world.sign_in(0, ADA);
    world.settle();
    world.input(0, Input::ClientsGone);
    world.pass(Millis::seconds(61));
    world.read(0, Traced::ClientConnected);
    assert_eq!(world.status(0), Status::Unauthenticated(Reason::Expired));
}

#[test]
fn promise_2_a_page_that_connects_during_a_restore_does_not_end_it() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    let tab = world.open_tab();
    let ask = world.take_ask();
    world.input(tab, Input::ClientConnected(shared(Hint::Never)));
    assert_eq!(world.status(tab), Status::Loading);
    world.answer(ask, ExchangeResult::Granted(grant("restored", None)));
    assert!(world.is_signed_in(tab));
}
