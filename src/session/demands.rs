//! What the page demands explicitly: a refresh now, and the question whether the API knows a session (promise 27).

use crate::calls::{Call, Demand, Need};
use crate::{
    CallError, CallId, Effect, Generation, Hint, Instant, Policy, Profile, RefreshMode, RefreshTrigger, SharedState,
};

use super::{Phase, Session};

impl<P: Profile> Session<P> {
    /// Refreshes now. `has_body`: the request has a body of the page's own, so a refresh that has been sent already does
    /// not count.
    pub(super) fn refresh(&mut self, id: CallId, has_body: bool, now: Instant) {
        let is_sent = self.exchange.as_ref().is_some_and(|exchange| exchange.is_refresh() && !exchange.is_unsent());
        let demand = if has_body { Demand::OwnRefresh } else { Demand::Refresh };
        let than = if has_body && is_sent { self.next_generation() } else { self.generation };
        self.demand(id, demand, than, now);
    }

    /// Asks the API for a session, even if the user has signed out here or has never signed in. A sign-out that the server
    /// has not confirmed is not undone (promise 16): its session may still be there.
    pub(super) fn restore(&mut self, id: CallId, shared: SharedState, now: Instant) {
        let is_leaving = self.sign_out_pending || shared.hint == Hint::SignOutPending;
        let may_exist = self.policy.renewal == RefreshMode::Cookie && !is_leaving;
        if may_exist && matches!(self.phase, Phase::Ended(_)) {
            if shared.hint.is_signed_out() {
                // In the same epoch, so that a sign-out that happens now wins.
                self.push(Effect::Remember(Hint::Never, shared.epoch));
            }
            self.phase = Phase::Loading(None);
            self.push(Effect::Notify);
        }
        if may_exist && matches!(self.phase, Phase::Active(_)) {
            return self.demand(id, Demand::Restore, self.generation, now);
        }
        if may_exist {
            self.may_be_replaced = true;
            self.schedule.want(now, RefreshTrigger::Restore);
        }
        self.await_status(id, now);
    }

    fn demand(&mut self, id: CallId, demand: Demand, than: Generation, now: Instant) {
        if matches!(self.phase, Phase::Active(_)) && !self.can_refresh() {
            return self.push(Effect::Fail(id, CallError::RefreshUnusable));
        }
        match &mut self.exchange {
            Some(exchange) if exchange.is_refresh() && than == self.generation => {}
            Some(exchange) if exchange.is_refresh() => exchange.is_stale = true,
            _ if matches!(self.phase, Phase::Ended(_)) => {}
            _ => self.schedule.want(now, RefreshTrigger::Requested),
        }
        self.schedule.resume(now);
        self.dispatch(id, Call::new(Need::Newer(than, demand), None), now + Policy::CALL_TIMEOUT, now);
    }

    /// The API has refused a refresh with a body of the page's own. That says nothing about the session, so it is checked
    /// by a refresh without the body.
    pub(super) fn own_refresh_refused(&mut self, now: Instant) {
        let calls = self.calls.close(|call| call.need.is_own_refresh());
        self.fail(calls, CallError::RefreshUnusable);
        self.schedule.want(now, RefreshTrigger::Check);
    }

    const fn next_generation(&self) -> Generation {
        Generation(self.generation.0.wrapping_add(1))
    }
}
