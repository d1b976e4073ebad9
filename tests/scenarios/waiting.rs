//! Promise 20: a page that waits for its first status while the server cannot be reached.

use tokencell::{ExchangeResult, Hint, Input, Millis, RefreshFailure, Status};

use crate::common::{ADA, World, shared};

/// Such a page, after a minute of failures. The server has just become reachable again.
fn waiting_page() -> (World, usize) {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    world.server.down = Some(None);
    let tab = world.open_tab();
    world.pass(Millis::seconds(60));
    assert_eq!(world.tabs[tab].session.snapshot().failure, Some(RefreshFailure::Unreachable));
    world.server.down = None;
    (world, tab)
}

#[test]
fn promise_20_a_page_without_a_status_learns_at_once_that_the_server_is_unreachable() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    world.server.down = Some(None);
    let tab = world.open_tab();
    world.settle();
    assert_eq!(world.tabs[tab].session.snapshot().failure, Some(RefreshFailure::Unreachable));
}

#[test]
fn promise_20_a_page_without_a_status_learns_within_five_seconds_that_the_server_is_reachable() {
    let (mut world, tab) = waiting_page();
    world.pass(Millis::seconds(5));
    assert!(world.is_signed_in(tab));
}

#[test]
fn promise_20_a_user_ends_the_pause_by_showing_or_reloading_the_page_or_by_a_request() {
    let actions: [fn(&mut World, usize); 3] = [
        |world, tab| world.input(tab, Input::Woke(shared(Hint::SignedIn))),
        |world, tab| world.input(tab, Input::ClientConnected(shared(Hint::SignedIn))),
        |world, tab| {
            world.wait_for_status(tab);
        },
    ];
    for action in actions {
        let (mut world, tab) = waiting_page();
        action(&mut world, tab);
        world.settle();
        assert!(world.is_signed_in(tab));
    }
}

#[test]
fn promise_20_a_pause_that_the_server_has_requested_is_kept() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    world.server.down = Some(Some(Millis::seconds(120)));
    let tab = world.open_tab();
    world.settle();
    world.server.down = None;
    world.input(tab, Input::Woke(shared(Hint::SignedIn)));
    world.wait_for_status(tab);
    world.pass(Millis::seconds(100));
    assert_eq!(world.status(tab), Status::Loading);
}

#[test]
fn promise_20_a_page_is_notified_of_each_new_failure_once() {
    let mut world = World::signed_in(1, ADA);
    world.close_tab(0);
    world.server.down = Some(None);
    let tab = world.open_tab();
    world.settle();
    assert_eq!(world.tabs[tab].statuses, [Status::Loading]);
    world.pass(Millis::seconds(60));
    assert_eq!(world.tabs[tab].statuses, [Status::Loading], "the failure is the same");
    world.input(tab, Input::Woke(shared(Hint::SignedIn)));
    let ask = world.take_ask();
    world.answer(ask, ExchangeResult::Malformed);
    assert_eq!(world.tabs[tab].session.snapshot().failure, Some(RefreshFailure::Malformed));
    assert_eq!(world.tabs[tab].statuses, [Status::Loading, Status::Loading]);
}
