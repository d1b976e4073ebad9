//! Exchanges with the server: one at a time, under a lock, and what their answers mean (promises 3, 5, 6, 9-11).

use crate::exchange::{Exchange, Stage};
use crate::{
    Answer, CallError, Cause, Claim, Course, Effect, Epoch, Errand, Event, ExchangeId, Generation, Grant, Hint,
    Instant, Lock, Millis, PeerMessage, Profile, Reason, Trace, Trouble,
};

use super::{Phase, Session, Tenure};

impl<P: Profile> Session<P> {
    /// Starts what is due, if anything: what the page asked for first, then what we owe ourselves.
    pub(super) fn begin_next(&mut self, now: Instant) {
        let due = self.schedule.due().filter(|(at, _)| *at <= now && self.deserted.is_none());
        let (errand, cause) = match (self.errands.pop_front(), due) {
            (Some(errand), _) => (errand, None),
            (None, Some(_)) if self.owed => (Errand::SignOut(None), None),
            (None, Some((_, cause))) => (Errand::Refresh, Some(cause)),
            (None, None) => return,
        };
        self.last_exchange = ExchangeId(self.last_exchange.0.wrapping_add(1));
        self.exchange = Some(Exchange::new(self.last_exchange, errand, cause, now));
        self.push(Effect::Lock(self.last_exchange));
    }

    pub(super) fn locked(&mut self, id: ExchangeId, lock: Lock, now: Instant) {
        if let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.awaits_lock(id)) {
            exchange.locked(lock, now);
            self.push(Effect::Claim(id));
        }
    }

    pub(super) fn claimed(&mut self, id: ExchangeId, claim: Claim, trace: Trace, now: Instant) {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.awaits_claim(id)) else { return };
        if exchange.claimed(claim, trace, now) {
            self.ask(trace, now);
        }
    }

    /// Ends the current stage of the exchange if it has taken as long as it may.
    pub(super) fn time_out(&mut self, trace: Trace, now: Instant) {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| exchange.deadline() <= now) else { return };
        let id = exchange.id;
        match exchange.stage {
            Stage::Fetching(_) => {
                self.push(Effect::Abandon(id));
                self.answered(id, Answer::Unreachable(None), trace, now);
            }
            Stage::Locking(_) => {
                if exchange.lose_patience(trace, now) {
                    exchange.claim(now);
                    self.push(Effect::Unlock(id));
                    self.push(Effect::Claim(id));
                }
            }
            Stage::Settling(_) => {
                exchange.claim(now);
                self.push(Effect::Claim(id));
            }
            // Whatever keeps the answer, it is not the server.
            Stage::Claiming(_) => self.ask(trace, now),
        }
    }

    fn ask(&mut self, trace: Trace, now: Instant) {
        if let Some(exchange) = self.exchange.take_if(|exchange| exchange.is_void(trace)) {
            return self.call_off(exchange, now);
        }
        let Some(exchange) = &mut self.exchange else { return };
        exchange.ask(trace, now);
        let (id, errand, cause) = (exchange.id, exchange.errand, exchange.cause);
        self.push(Effect::Exchange(id, errand));
        if let Some(cause) = cause {
            self.push(Effect::Report(Event::RefreshStarted(cause)));
        }
    }

    fn call_off(&mut self, exchange: Exchange, now: Instant) {
        self.push(Effect::Unlock(exchange.id));
        match exchange.errand {
            Errand::SignOut(call) => self.sign_out_over(call, now),
            Errand::Refresh | Errand::SignIn(_) => {
                self.schedule.clear(now);
                self.signed_out_elsewhere(now);
            }
        }
    }

    pub(super) fn answered(&mut self, id: ExchangeId, answer: Answer<P>, trace: Trace, now: Instant) {
        let Some(mut exchange) = self.exchange.take_if(|exchange| exchange.awaits_answer(id)) else { return };
        let is_refusal = matches!((exchange.errand, &answer), (Errand::Refresh, Answer::Refused));
        if is_refusal && exchange.look_again(now) {
            self.exchange = Some(exchange);
            return;
        }
        let is_late = exchange.is_late(trace);
        match exchange.errand {
            Errand::Refresh if is_late => self.refreshed_too_late(answer, now),
            Errand::Refresh => self.refreshed(&exchange, answer, trace, now),
            Errand::SignIn(call) if is_late => self.push(Effect::Fail(call, CallError::SignedOut)),
            Errand::SignIn(call) => {
                if let Answer::Granted(grant) = answer {
                    let epoch = trace.epoch.next();
                    self.adopt(grant, epoch, now);
                    self.push(Effect::Remember(Hint::SignedIn, epoch));
                    self.push(Effect::Broadcast(PeerMessage::SignedIn));
                    self.push(Effect::Report(Event::SignedIn));
                }
                self.push(Effect::Settle(call, Course::Direct));
            }
            Errand::SignOut(call) => self.sign_out_told(call, &answer, trace, now),
        }
        self.push(Effect::Unlock(id));
    }

    fn refreshed(&mut self, exchange: &Exchange, answer: Answer<P>, trace: Trace, now: Instant) {
        match answer {
            Answer::Granted(grant) => {
                let before = self.identity;
                let was_active = matches!(self.phase, Phase::Active(_));
                self.adopt(grant, trace.epoch, now);
                self.push(Effect::Report(Event::Refreshed(self.generation)));
                if trace.hint == Hint::Never {
                    self.push(Effect::Remember(Hint::SignedIn, trace.epoch));
                }
                if was_active && before != self.identity && !exchange.is_check() {
                    self.push(Effect::Broadcast(PeerMessage::Changed));
                }
            }
            Answer::Refused => self.refused(exchange, trace, now),
            Answer::Done | Answer::Malformed => self.put_off(Trouble::Malformed, None, exchange, now),
            Answer::Unreachable(asked) => self.put_off(Trouble::Unreachable, asked, exchange, now),
        }
        if exchange.is_stale {
            self.schedule.want(now, Cause::Check);
        }
    }

    /// The user signed out while the refresh was on its way: its token serves to tell the server, no more.
    fn refreshed_too_late(&mut self, answer: Answer<P>, now: Instant) {
        if let (Answer::Granted(grant), Some(departing)) = (answer, &mut self.departing) {
            let previous = core::mem::replace(departing, grant.credentials);
            departing.inherit(previous);
        }
        self.signed_out_elsewhere(now);
    }

    fn refused(&mut self, exchange: &Exchange, trace: Trace, now: Instant) {
        self.push(Effect::Report(Event::RefreshFailed(Trouble::Refused, None)));
        let reason = match &self.phase {
            Phase::Ended(_) => return self.schedule.clear(now),
            Phase::Loading(None) => Reason::Expired,
            Phase::Active(tenure) | Phase::Loading(Some(tenure)) if tenure.epoch != trace.epoch => Reason::Replaced,
            Phase::Active(_) | Phase::Loading(Some(_)) => Reason::Revoked,
        };
        if trace.hint == Hint::SignedIn {
            self.push(Effect::Remember(Hint::Never, trace.epoch));
        }
        if reason == Reason::Revoked && !exchange.is_check() {
            self.push(Effect::Broadcast(PeerMessage::Changed));
        }
        self.end(reason, now);
    }

    /// No word from the server: the session lives, and the token is used as long as it is good (promise 9).
    fn put_off(&mut self, trouble: Trouble, asked: Option<Millis>, exchange: &Exchange, now: Instant) {
        let retry = self.schedule.pause(now, asked, exchange.cause.unwrap_or(Cause::Due));
        self.push(Effect::Report(Event::RefreshFailed(trouble, Some(retry))));
        if let Phase::Loading(kept) = &mut self.phase
            && let Some(tenure) = kept.take()
        {
            self.phase = Phase::Active(tenure);
            self.push(Effect::Notify);
        }
        self.resume(now);
    }

    /// Makes the grant the session, and sends on whoever waited for it.
    fn adopt(&mut self, grant: Grant<P>, epoch: Epoch, now: Instant) {
        let Grant { mut credentials, lifetime, subject, mut profile } = grant;
        self.generation = Generation(self.generation.0.wrapping_add(1));
        match self.take_tenure() {
            Some(previous) if previous.is_of(subject.as_ref(), epoch) => {
                profile.inherit(previous.profile);
                credentials.inherit(previous.credentials);
            }
            _ => {
                self.identity = self.identity.next();
                let others = self.calls.close(|call| call.identity.is_some());
                self.fail(others, CallError::Replaced);
            }
        }
        self.owed = false;
        self.departing = None;
        let expires = lifetime.map(|lifetime| now + lifetime);
        self.phase = Phase::Active(Tenure { credentials, epoch, expires, subject, profile });
        self.schedule.granted(now, lifetime.filter(|_| self.can_refresh()));
        self.push(Effect::Notify);
        self.resume(now);
    }
}
