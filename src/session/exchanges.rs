//! Exchanges with the server: one at a time, under a lock, and what their answers mean (promises 3, 5, 6, 9-11).

use crate::backoff::Backoff;
use crate::calls::{Call, Need};
use crate::exchange::{Exchange, Stage};
use crate::{
    CallError, DeliveryPath, Effect, Epoch, Event, ExchangeId, ExchangeKind, ExchangeResult, Generation, Grant, Hint,
    Instant, LeaseClaim, Lock, Millis, PeerMessage, Policy, Profile, Reason, RefreshFailure, RefreshTrigger,
    SharedState, Status,
};

use super::{Abandoned, ActiveSession, Phase, Session};

impl<P: Profile> Session<P> {
    /// Starts the next exchange, if one is due. An exchange that the page has requested comes first. A retry of a
    /// pending sign-out or a refresh comes after it.
    pub(super) fn begin_next(&mut self, now: Instant) {
        let due = self.schedule.due().filter(|(at, _)| *at <= now && self.clients_gone.is_none());
        let (kind, trigger) = match (self.queued_exchanges.pop(), due) {
            (Some(kind), _) => (kind, None),
            (None, Some(_)) if self.sign_out_pending => (ExchangeKind::SignOut(None), None),
            (None, Some((_, trigger))) => (ExchangeKind::Refresh, Some(trigger)),
            (None, None) => return,
        };
        self.last_exchange = ExchangeId(self.last_exchange.0.wrapping_add(1));
        let mut exchange = Exchange::new(self.last_exchange, kind, trigger, now);
        exchange.may_be_spent = self.may_be_spent;
        self.exchange = Some(exchange);
        self.push(Effect::Lock(self.last_exchange));
    }

    pub(super) fn locked(&mut self, id: ExchangeId, lock: Lock, now: Instant) {
        if let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.awaits_lock(id)) {
            exchange.locked(lock, now);
            self.claim(now);
        }
    }

    fn claim(&mut self, now: Instant) {
        if let Some(exchange) = &mut self.exchange {
            exchange.claim(now);
            let effect = Effect::Claim(exchange.id, exchange.lease_ttl());
            self.push(effect);
        }
    }

    pub(super) fn claimed(&mut self, id: ExchangeId, claim: LeaseClaim, shared: SharedState, now: Instant) {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.awaits_claim(id)) else { return };
        if exchange.claimed(claim, shared, now) {
            self.ask(shared, now);
        }
    }

    /// Ends the current stage of the exchange if it has taken as long as it may.
    pub(super) fn time_out(&mut self, shared: SharedState, now: Instant) {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.deadline() <= now) else { return };
        let id = exchange.id;
        match &mut exchange.stage {
            Stage::Fetching { is_slow: is_slow @ false, .. } => {
                *is_slow = true;
                self.push(Effect::MarkSlow(id));
                // After a sleep of the machine, the exchange may have timed out as well.
                self.time_out(shared, now);
            }
            Stage::Fetching { .. } => self.abandon(shared, now),
            Stage::Locking(_) => {
                if exchange.on_lock_timeout(shared, now) {
                    self.push(Effect::Unlock(id));
                    self.claim(now);
                }
            }
            Stage::Settling(_) => self.claim(now),
            // The storage does not answer. The request is sent without a lease.
            Stage::Claiming(_) => self.ask(shared, now),
        }
    }

    /// Ends the wait for the server. If the answer to a refresh arrives later, it is still used.
    fn abandon(&mut self, shared: SharedState, now: Instant) {
        let Some(Exchange { id, kind, .. }) = self.exchange else { return };
        self.push(Effect::Abandon(id));
        if kind == ExchangeKind::Refresh {
            self.abandoned = Some(Abandoned { id, generation: self.generation, epoch: shared.epoch });
        }
        self.answered(id, ExchangeResult::Unreachable(None), shared, now);
    }

    fn ask(&mut self, shared: SharedState, now: Instant) {
        if let Some(exchange) = self.exchange.take_if(|exchange| exchange.is_obsolete(shared)) {
            return self.cancel(exchange, now);
        }
        let Some(exchange) = &self.exchange else { return };
        let request = match exchange.kind {
            ExchangeKind::SignOut(_) => self.sign_out_request(exchange, now),
            kind => Some(kind),
        };
        let Some(request) = request else {
            let Some(exchange) = self.exchange.take() else { return };
            self.sign_out_given_up(exchange.kind, shared, now);
            return self.push(Effect::Unlock(exchange.id));
        };
        let Some(exchange) = &mut self.exchange else { return };
        exchange.ask(request, shared, now);
        exchange.has_own_body = exchange.is_refresh() && self.calls.any(|call| call.need.is_own_refresh());
        let (id, trigger) = (exchange.id, exchange.trigger);
        self.push(Effect::Exchange(id, request));
        if let Some(trigger) = trigger {
            self.push(Effect::Report(Event::RefreshStarted(trigger)));
        }
    }

    fn cancel(&mut self, exchange: Exchange, now: Instant) {
        self.push(Effect::Unlock(exchange.id));
        match exchange.kind {
            kind @ ExchangeKind::SignOut(_) => self.sign_out_over(kind, now),
            ExchangeKind::Refresh | ExchangeKind::SignIn(_) => {
                self.schedule.clear(now);
                self.signed_out_elsewhere(now);
            }
        }
    }

    pub(super) fn answered(&mut self, id: ExchangeId, answer: ExchangeResult<P>, shared: SharedState, now: Instant) {
        let Some(mut exchange) = self.exchange.take_if(|exchange| exchange.awaits_answer(id)) else {
            return self.answered_late(id, answer, shared, now);
        };
        let is_refusal = matches!((exchange.request, &answer), (ExchangeKind::Refresh, ExchangeResult::Refused));
        if is_refusal && exchange.retry_after_refusal(now) {
            self.exchange = Some(exchange);
            return;
        }
        let superseded_by_sign_out = exchange.superseded_by_sign_out(shared);
        match exchange.kind {
            ExchangeKind::Refresh if superseded_by_sign_out => self.refreshed_too_late(answer, now),
            ExchangeKind::Refresh => self.refreshed(&exchange, answer, shared, now),
            ExchangeKind::SignIn(call) if superseded_by_sign_out => self.push(Effect::Fail(call, CallError::SignedOut)),
            ExchangeKind::SignIn(call) => {
                if let ExchangeResult::Granted(grant) = answer {
                    let epoch = shared.epoch.next();
                    self.adopt(grant, epoch, now);
                    self.push(Effect::Remember(Hint::SignedIn, epoch));
                    self.push(Effect::Broadcast(PeerMessage::SignedIn));
                    self.push(Effect::Report(Event::SignedIn));
                    // The call settles when the page sees the session.
                    self.dispatch(call, Call::new(Need::Status, None), now + Policy::CALL_TIMEOUT, now);
                } else {
                    self.push(Effect::Settle(call, DeliveryPath::Direct));
                }
            }
            ExchangeKind::SignOut(_) => {
                if self.sign_out_answered(&mut exchange, answer, shared, now) {
                    self.exchange = Some(exchange);
                    return self.claim(now);
                }
            }
        }
        self.push(Effect::Unlock(id));
    }

    /// Handles the answer to a refresh that has timed out. Its grant is adopted if no newer grant was (promise 9).
    fn answered_late(&mut self, id: ExchangeId, answer: ExchangeResult<P>, shared: SharedState, now: Instant) {
        let Some(abandoned) = self.abandoned.take_if(|abandoned| abandoned.id == id) else { return };
        let is_newest = abandoned.generation == self.generation && abandoned.epoch == shared.epoch;
        let is_wanted = is_newest && !shared.hint.is_signed_out() && !matches!(self.phase, Phase::Ended(_));
        let ExchangeResult::Granted(grant) = answer else { return };
        if !is_wanted {
            return;
        }
        if let Some(unsent) = self.take_unsent_refresh() {
            self.push(Effect::Unlock(unsent.id));
        }
        self.adopt(grant, shared.epoch, now);
        self.push(Effect::Report(Event::Refreshed(self.generation)));
        // An exchange that has been sent used the credential that this grant has replaced.
        if let Some(exchange) = &mut self.exchange {
            exchange.may_be_spent = true;
        }
    }

    fn refreshed(&mut self, exchange: &Exchange, answer: ExchangeResult<P>, shared: SharedState, now: Instant) {
        match answer {
            ExchangeResult::Granted(grant) => {
                let may_be_replaced = core::mem::take(&mut self.may_be_replaced);
                let before = self.identity;
                let was_active = matches!(self.phase, Phase::Active(_));
                self.adopt(grant, shared.epoch, now);
                self.push(Effect::Report(Event::Refreshed(self.generation)));
                if matches!(shared.hint, Hint::Never | Hint::Unknown) {
                    self.push(Effect::Remember(Hint::SignedIn, shared.epoch));
                }
                // The session began outside this app, and no other tab knows of it.
                if shared.hint == Hint::Never {
                    self.push(Effect::Broadcast(PeerMessage::SignedIn));
                }
                let is_replaced = was_active && before != self.identity && !exchange.is_check();
                // This vault does not know the previous user, but the vaults of other tabs may.
                if is_replaced || may_be_replaced && shared.hint == Hint::SignedIn {
                    self.push(Effect::Broadcast(PeerMessage::Changed));
                }
            }
            ExchangeResult::Refused if exchange.has_own_body => self.own_refresh_refused(now),
            ExchangeResult::Refused => self.refused(exchange, shared, now),
            ExchangeResult::Done | ExchangeResult::Malformed => {
                self.schedule_retry(RefreshFailure::Malformed, None, exchange, now)
            }
            ExchangeResult::Unreachable(asked) => {
                self.schedule_retry(RefreshFailure::Unreachable, asked, exchange, now)
            }
        }
        if exchange.is_stale {
            self.schedule.want(now, RefreshTrigger::Check);
        }
    }

    /// The user signed out during the refresh. Its token is used only for the sign-out at the server.
    fn refreshed_too_late(&mut self, answer: ExchangeResult<P>, now: Instant) {
        if let (ExchangeResult::Granted(grant), true) = (answer, self.sign_out_pending) {
            self.renew_sign_out(grant, now);
        }
        self.signed_out_elsewhere(now);
    }

    fn refused(&mut self, exchange: &Exchange, shared: SharedState, now: Instant) {
        self.push(Effect::Report(Event::RefreshFailed(RefreshFailure::Refused, None)));
        let reason = match &self.phase {
            Phase::Ended(_) => return self.schedule.clear(now),
            Phase::Loading(None) if shared.hint == Hint::SignedIn => Reason::Expired,
            Phase::Loading(None) => Reason::Never,
            Phase::Active(active_session) | Phase::Loading(Some(active_session))
                if active_session.epoch != shared.epoch =>
            {
                Reason::Replaced
            }
            Phase::Active(_) | Phase::Loading(Some(_)) => Reason::Revoked,
        };
        if shared.hint == Hint::SignedIn {
            self.push(Effect::Remember(Hint::Never, shared.epoch));
        }
        if reason == Reason::Revoked && !exchange.is_check() {
            self.push(Effect::Broadcast(PeerMessage::Changed));
        }
        self.end(reason, now);
    }

    /// The server gave no usable answer. The session does not end, and the token is used as long as it is valid
    /// (promise 9).
    fn schedule_retry(&mut self, failure: RefreshFailure, asked: Option<Millis>, exchange: &Exchange, now: Instant) {
        self.may_be_spent |= failure == RefreshFailure::Unreachable;
        let is_awaited = matches!(self.phase, Phase::Loading(None));
        let longest = if is_awaited { Backoff::MAX_PAUSE_WHILE_WAITING } else { Backoff::MAX_PAUSE };
        let retry = self.schedule.pause(now, asked, longest, exchange.trigger.unwrap_or(RefreshTrigger::Due));
        self.push(Effect::Report(Event::RefreshFailed(failure, Some(retry))));
        self.stop_loading(failure);
        self.resume(now);
    }

    /// The current exchange takes longer than a page should wait for it. The exchange continues.
    pub(super) fn report_slow_exchange(&mut self, now: Instant) {
        if self.exchange.as_ref().is_some_and(|exchange| exchange.kind == ExchangeKind::Refresh) {
            self.stop_loading(RefreshFailure::Unreachable);
            self.resume(now);
        }
    }

    /// A page that was restored from the back/forward cache shows its session again. For any other page that still
    /// loads, the snapshot says why there is no session yet.
    fn stop_loading(&mut self, failure: RefreshFailure) {
        let is_new_failure = self.failure.replace(failure) != Some(failure);
        match &mut self.phase {
            Phase::Loading(Some(_)) => {
                if let Some(active_session) = self.take_active_session() {
                    self.phase = Phase::Active(active_session);
                }
            }
            Phase::Loading(None) if is_new_failure => {}
            _ => return,
        }
        self.push(Effect::Notify);
    }

    /// Starts a session with the grant, and sends the calls that waited for it.
    pub(super) fn adopt(&mut self, grant: Grant<P>, epoch: Epoch, now: Instant) {
        let Grant { mut credentials, lifetime, subject, mut profile } = grant;
        let mut shown = None;
        let before = self.snapshot().status;
        self.generation = Generation(self.generation.0.wrapping_add(1));
        match self.take_active_session() {
            Some(previous) if previous.is_of(subject.as_ref(), epoch) => {
                profile.inherit(previous.profile);
                credentials.inherit(previous.credentials);
            }
            _ => {
                shown = Some(if before == Status::Authenticated { Status::Loading } else { before });
                self.identity = self.identity.next();
                let others = self.calls.close(|call| call.identity.is_some());
                self.fail(others, CallError::Replaced);
            }
        }
        self.sign_out_pending = false;
        self.sign_out_credentials = None;
        self.may_be_spent = false;
        self.failure = None;
        let expires = lifetime.map(|lifetime| now + lifetime);
        self.phase = Phase::Active(ActiveSession { credentials, epoch, expires, subject, profile });
        self.schedule.granted(now, lifetime.filter(|_| self.can_refresh()));
        self.load_user(shown, now);
        self.push(Effect::Notify);
        self.resume(now);
    }
}
