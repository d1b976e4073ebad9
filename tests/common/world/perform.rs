//! Performs the effects of a tab, and checks the invariants.

use tokencell::{
    Bearer, CallId, Effect, Epoch, ExchangeKind, Hint, Input, Instant, LeaseClaim, Lock, Policy, Reason, RefreshMode,
    Status,
};

use super::World;
use crate::common::packet::{Packet, Traced};
use crate::common::server::user_of;
use crate::common::tab::{Call, Outcome};

impl World {
    pub(super) fn perform(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Abandon(id) => {
                self.tabs[tab].asking = None;
                // The browser drops the reply to an aborted request, and its cookie.
                self.wire.retain(|(_, packet)| match packet {
                    Packet::Ask { tab: of, id: of_id, kind: ExchangeKind::SignIn(_), .. }
                    | Packet::Told { tab: of, id: of_id, kind: ExchangeKind::SignIn(_), .. } => {
                        (*of, *of_id) != (tab, id)
                    }
                    _ => true,
                });
            }
            Effect::Broadcast(message) => {
                self.broadcasts += 1;
                let others = (0..self.tabs.len()).filter(|other| *other != tab && self.tabs[*other].alive);
                let posts: Vec<_> = others.map(|tab| Packet::Post { tab, message }).collect();
                posts.into_iter().for_each(|post| self.put(post));
            }
            Effect::Claim(id, ttl) => {
                let ttl = if self.is_slow { Policy::LEASE_TTL } else { ttl };
                let is_young = |began: Instant| self.now.since(began) < ttl;
                let claim = if self.marker.is_some_and(is_young) { LeaseClaim::Theirs } else { LeaseClaim::Ours };
                let before = self.shared().lease;
                if claim == LeaseClaim::Ours {
                    self.marker = Some(self.now);
                    self.tabs[tab].claimed = Some(id);
                }
                self.read(tab, Traced::Claimed(id, claim, before));
            }
            Effect::Exchange(id, kind) => {
                self.tabs[tab].claimed = None;
                self.tabs[tab].asking = Some((id, self.now));
                self.marker = Some(self.now);
                let credentials = self.tabs[tab].session.credentials(kind);
                let bearer = credentials.and_then(|sent| sent.access.as_ref()).map(|token| token.expose().to_owned());
                self.put(Packet::Ask { tab, id, kind, cookie: self.jar, bearer });
                self.most_refreshes_at_once = self.most_refreshes_at_once.max(self.refreshes_under_way());
            }
            Effect::Fail(call, error) => self.close_call(tab, call, |_| Outcome::Failed(error)),
            Effect::LoadUser(identity) => {
                let credentials = self.tabs[tab].session.credentials(ExchangeKind::Refresh);
                let bearer = credentials.and_then(|sent| sent.access.as_ref()).map(|token| token.expose().to_owned());
                self.user_requests += 1;
                self.put(Packet::AskUser { tab, identity, bearer });
            }
            Effect::Lock(id) if self.locks => {
                self.lock.push_back((tab, id));
                self.give_lock();
            }
            Effect::Lock(id) => self.input(tab, Input::Locked(id, Lock::Missing)),
            Effect::MarkSlow(id) if self.tabs[tab].asking.is_some_and(|(asked, _)| asked == id) => self.is_slow = true,
            Effect::MarkSlow(_) => {}
            Effect::Notify => self.check_status(tab),
            Effect::Remember(hint, epoch) => {
                self.tabs[tab].written += 1;
                if began_after(self.epoch, epoch) {
                    // A user has signed in since, and this tab does not know it yet.
                    self.tabs[tab].left_at = None;
                } else {
                    self.epoch = epoch;
                    self.signed_in_writes += u32::from(hint == Hint::SignedIn);
                    self.hint = hint;
                }
            }
            Effect::Report(event) => self.tabs[tab].events.push(event),
            Effect::Settle(call, via) => self.close_call(tab, call, |call| Outcome::Settled(via, call.served_as)),
            Effect::Transmit(call) => self.transmit(tab, call),
            Effect::Unlock(id) => {
                self.unclaim(tab, id);
                if self.lock.front() == Some(&(tab, id)) {
                    self.unlock_front();
                }
                self.lock.retain(|entry| *entry != (tab, id));
            }
        }
    }

    /// Promise 8: no request is sent for another user than the one that it was first sent for.
    pub(super) fn transmit(&mut self, tab: usize, call: CallId) {
        let bearer = match self.tabs[tab].session.bearer(call) {
            Bearer::None => None,
            Bearer::Token(token) => Some(token.expose().to_owned()),
            Bearer::Withdrawn => panic!("a request that is to be sent, and not to be sent"),
        };
        let user = bearer.as_deref().map(user_of);
        let record = self.tabs[tab].calls.get_mut(&call).expect("a call that the page has opened");
        if record.was_sent || record.user.is_some() {
            assert_eq!(record.user, user, "a request under another identity: {record:?}");
        }
        record.user = user;
        record.was_sent = true;
        record.sends += 1;
        assert!(record.sends <= 2, "at most one retry: {record:?}");
        self.put(Packet::Request { tab, call, bearer });
    }

    /// Promises 9 and 16: only a refusal or a sign-out ends a session, and only a sign-in restores it.
    pub(super) fn check_status(&mut self, tab: usize) {
        let (writes, renewal) = (self.signed_in_writes, self.policy.renewal);
        let tab = &mut self.tabs[tab];
        let status = tab.status();
        match status {
            Status::Authenticated => {
                if let Some(left_at) = tab.left_at.take() {
                    assert!(writes > left_at, "a session came back after its sign-out");
                }
                tab.refusals = 0;
            }
            Status::Unauthenticated(Reason::Expired | Reason::Replaced | Reason::Revoked) => {
                assert!(tab.refusals > 0 || renewal != RefreshMode::Cookie, "signed out without a refusal: {status:?}");
            }
            Status::Loading | Status::Unauthenticated(_) => {}
        }
        tab.statuses.push(status);
    }

    pub(super) fn close_call(&mut self, tab: usize, id: CallId, outcome: impl FnOnce(&Call) -> Outcome) {
        let call = self.tabs[tab].calls.get_mut(&id).expect("a call that the page has opened");
        assert!(call.outcome.is_none(), "a call is answered once");
        call.outcome = Some(outcome(call));
        call.closed = Some(self.now);
    }

    pub(super) fn open_call(&mut self, tab: usize, is_request: bool) -> CallId {
        self.next_call += 1;
        let id = CallId(self.next_call);
        let user = self.tabs[tab].user().filter(|_| is_request);
        let call = Call {
            opened: self.now,
            closed: None,
            user,
            is_request,
            was_sent: false,
            sends: 0,
            served_as: None,
            outcome: None,
        };
        self.tabs[tab].calls.insert(id, call);
        id
    }

    pub(super) fn give_lock(&mut self) {
        if let (false, false, Some((tab, id))) = (self.hogged, self.lock_given, self.lock.front().copied()) {
            self.lock_given = true;
            self.put(Packet::Locked { tab, id });
        }
    }

    pub(super) fn unlock_front(&mut self) {
        self.lock.pop_front();
        self.lock_given = false;
        self.give_lock();
    }
}

/// Whether one epoch began after the other. Epochs wrap around.
const fn began_after(one: Epoch, other: Epoch) -> bool {
    one.0.wrapping_sub(other.0).cast_signed() > 0
}
