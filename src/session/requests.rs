//! Requests: which token they are sent with, when they wait, and what a 401 means (promises 6-8, 14).

use crate::calls::{Call, Demand, Need};
use crate::identity::Identity;
use crate::{
    Body, CallError, CallId, DeliveryPath, Effect, ExchangeKind, Generation, Grant, Instant, Policy, Profile, Reason,
    RefreshFailure, RefreshTrigger, ResponseClass,
};

use super::{Phase, Session};

impl<P: Profile> Session<P> {
    /// `shown`: the session that the page shows. A page that has not yet been told of another user acts for the one that it
    /// shows, so its request must not be sent with the token of the other (promise 17).
    pub(super) fn send(&mut self, id: CallId, body: Body, shown: Option<Identity>, now: Instant) {
        let is_of_another = shown.is_some_and(|shown| shown != self.identity);
        if is_of_another && !matches!(self.phase, Phase::Ended(_)) {
            return self.push(Effect::Fail(id, CallError::Replaced));
        }
        let identity = self.active_session().map(|_| self.identity);
        self.dispatch(id, Call::new(Need::Token(body), identity), now + Policy::CALL_TIMEOUT, now);
    }

    /// While the status is not known, a page that asks for it ends a pause that the server has not requested.
    pub(super) fn await_status(&mut self, id: CallId, now: Instant) {
        if let Phase::Loading(_) = self.phase {
            self.schedule.resume(now);
        }
        self.dispatch(id, Call::new(Need::Status, None), now + Policy::CALL_TIMEOUT, now);
    }

    /// Some APIs send the next token with the answer to any request. If the request was sent with an older token than
    /// the current one, the token in its answer is not newer and is ignored.
    pub(super) fn renewed(&mut self, id: CallId, grant: Grant<P>, now: Instant) {
        let sent = self.calls.get(id).map(|call| (call.identity, call.generation));
        let Phase::Active(active_session) = &mut self.phase else { return };
        if sent != Some((Some(self.identity), Some(self.generation))) {
            return;
        }
        let epoch = active_session.epoch;
        if grant.lifetime.is_some() || grant.subject.is_some() {
            // A token of another user is not the next token of this session.
            if active_session.is_of(grant.subject.as_ref(), epoch) {
                self.adopt(grant, epoch, now);
            }
        } else {
            // The token does not say how long it is valid, so the schedule stays.
            active_session.credentials.inherit_from(grant.credentials);
            active_session.expires = None;
            self.generation = Generation(self.generation.0.wrapping_add(1));
        }
    }

    pub(super) fn responded(&mut self, id: CallId, reply: ResponseClass, now: Instant) {
        let Some(call) = self.calls.get(id).copied() else { return };
        if call.via == DeliveryPath::Retried {
            match reply {
                ResponseClass::Other => self.schedule.reset_failed_retries(),
                ResponseClass::Unauthorized => self.schedule.record_failed_retry(),
            }
        }
        if reply == ResponseClass::Other || !self.may_go_again(&call, now) {
            let is_over = reply == ResponseClass::Unauthorized && self.is_refused_for_good(&call, now);
            self.settle(id, call.via);
            if is_over {
                drop(self.end(Reason::Revoked, now));
            }
            return;
        }
        if call.generation == Some(self.generation) {
            self.schedule.want(now, RefreshTrigger::Rejected);
        }
        self.dispatch(id, call, now + Policy::CALL_TIMEOUT, now);
    }

    /// Whether the token may be the cause of a 401, and a newer token may be available for this request.
    fn may_go_again(&self, call: &Call, now: Instant) -> bool {
        let is_ours = call.identity == Some(self.identity);
        let has_newer_token = call.generation < Some(self.generation);
        is_ours
            && call.generation.is_some()
            && call.via != DeliveryPath::Retried
            && (has_newer_token || self.can_refresh() && !self.schedule.in_grace_period(now))
    }

    /// Whether a 401 is for the newest token of a session that cannot get another one.
    fn is_refused_for_good(&self, call: &Call, now: Instant) -> bool {
        let is_newest = call.identity == Some(self.identity) && call.generation == Some(self.generation);
        is_newest
            && matches!(self.phase, Phase::Active(_))
            && !self.can_refresh()
            && !self.schedule.in_grace_period(now)
    }

    /// Sends the call, settles it, or adds it to the wait queue until the state changes.
    pub(super) fn dispatch(&mut self, id: CallId, call: Call, until: Instant, now: Instant) {
        match (&self.phase, call.need) {
            (Phase::Loading(_), _) => self.enqueue(id, call, until, now),
            (_, Need::Status) if self.user_wait.is_some() => self.calls.enqueue(id, call, until),
            (_, Need::Status) => self.settle(id, DeliveryPath::Direct),
            (Phase::Ended(_), Need::Token(_)) => self.dispatch_without_session(id, call),
            (Phase::Ended(_), Need::Newer(_, Demand::Restore)) => self.settle(id, DeliveryPath::Direct),
            (Phase::Ended(_), Need::Newer(..)) => {
                self.calls.remove(id);
                self.push(Effect::Fail(id, CallError::SessionEnded));
            }
            (Phase::Active(_), Need::Newer(than, _)) if self.generation > than && self.user_wait.is_none() => {
                self.settle(id, DeliveryPath::Direct);
            }
            (Phase::Active(_), Need::Newer(..)) => self.enqueue(id, call, until, now),
            (Phase::Active(active_session), Need::Token(body)) => {
                let expired = active_session.is_expired(now) && self.can_refresh();
                if expired {
                    self.schedule.want(now, RefreshTrigger::Expired);
                }
                // A stream cannot be sent twice, so it is not sent while a refresh is due or in progress.
                let waits_for_fresher = body == Body::OneShot && self.is_refresh_imminent(now);
                match call.generation {
                    _ if expired => self.enqueue(id, call, until, now),
                    None if waits_for_fresher => self.calls.enqueue(id, call, until),
                    None => self.transmit(
                        id,
                        call,
                        if call.until.is_some() { DeliveryPath::Waited } else { DeliveryPath::Direct },
                    ),
                    Some(generation) if generation == self.generation => self.enqueue(id, call, until, now),
                    Some(_) if body == Body::OneShot => self.settle(id, DeliveryPath::NotReplayed),
                    Some(_) => self.transmit(id, call, DeliveryPath::Retried),
                }
            }
        }
    }

    /// Adds the call to the wait queue. If the refresh endpoint answers without a usable token, a call between two
    /// attempts fails at once, because a wait would only hide this error.
    fn enqueue(&mut self, id: CallId, call: Call, until: Instant, now: Instant) {
        let is_unusable = self.failure == Some(RefreshFailure::Malformed);
        if is_unusable && self.exchange.is_none() && !self.is_refresh_imminent(now) {
            self.calls.remove(id);
            self.give_up(id, call, CallError::RefreshUnusable);
        } else {
            self.calls.enqueue(id, call, until);
        }
    }

    fn dispatch_without_session(&mut self, id: CallId, call: Call) {
        if call.generation.is_some() {
            self.settle(id, call.via);
        } else if call.identity.is_some() {
            self.calls.remove(id);
            self.push(Effect::Fail(id, CallError::SessionEnded));
        } else {
            self.transmit(id, call, DeliveryPath::Anonymous);
        }
    }

    fn transmit(&mut self, id: CallId, call: Call, via: DeliveryPath) {
        let session = self.active_session().map(|_| (self.identity, self.generation));
        let (identity, generation) = session.unzip();
        self.calls.insert(id, Call { identity, generation, via, until: None, ..call });
        self.push(Effect::Transmit(id));
    }

    /// Dispatches all calls of the wait queue again.
    pub(super) fn resume(&mut self, now: Instant) {
        for (id, until, call) in self.calls.drain() {
            self.dispatch(id, call, until, now);
        }
    }

    /// Ends the wait of a call. The call gets the 401 that the shell holds for it, or this error if there is none.
    pub(super) fn give_up(&mut self, id: CallId, call: Call, error: CallError) {
        if call.generation.is_some() {
            self.push(Effect::Settle(id, call.via));
        } else {
            self.push(Effect::Fail(id, error));
        }
    }

    fn is_refresh_imminent(&self, now: Instant) -> bool {
        match &self.exchange {
            Some(exchange) => exchange.kind == ExchangeKind::Refresh,
            None => self.can_refresh() && self.schedule.due().is_some_and(|(at, _)| at <= now),
        }
    }
}
