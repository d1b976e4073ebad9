//! Exchanges with the server: one at a time, under a lock, and what their answers mean (promises 3, 5, 6, 9-11).

use crate::exchange::{Exchange, Stage};
use crate::{
    Answer, CallError, Cause, Course, Effect, Errand, Event, ExchangeId, Generation, Grant, Hint, Instant, Lock,
    Millis, PeerMessage, Profile, Reason, Trouble,
};

use super::{Phase, Session, Tenure};

impl<P: Profile> Session<P> {
    /// Starts what is due, if anything: what the page asked for first, then what we owe ourselves.
    pub(super) fn begin_next(&mut self, now: Instant) {
        let due = self.schedule.due().filter(|(at, _)| *at <= now);
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

    pub(super) fn locked(&mut self, id: ExchangeId, lock: Lock, hint: Hint, now: Instant) {
        let Some(mut exchange) = self.exchange.take_if(|exchange| exchange.awaits_lock(id)) else { return };
        let is_void = match exchange.errand {
            Errand::Refresh => hint.is_signed_out(),
            Errand::SignIn(_) => false,
            // Somebody signed in since: the session at the server is theirs now, and not ours to end.
            Errand::SignOut(_) => hint != Hint::SignOutOwed,
        };
        if is_void {
            return self.call_off(exchange, now);
        }
        let may_ask = exchange.locked(lock, now);
        self.exchange = Some(exchange);
        if may_ask {
            self.ask(now);
        }
    }

    /// What the exchange was for has come to nothing while it waited.
    fn call_off(&mut self, exchange: Exchange, now: Instant) {
        self.push(Effect::Unlock(exchange.id));
        match exchange.errand {
            Errand::SignOut(call) => self.sign_out_over(call, now),
            Errand::Refresh | Errand::SignIn(_) => self.signed_out_elsewhere(now),
        }
    }

    /// The current stage of the exchange has taken as long as it may.
    pub(super) fn stage_over(&mut self, now: Instant) {
        let Some(exchange) = &mut self.exchange else { return };
        let id = exchange.id;
        match exchange.stage {
            Stage::Fetching(_) => {
                self.push(Effect::Abandon(id));
                self.answered(id, Answer::Unreachable(None), Hint::SignedIn, now);
            }
            Stage::Locking(_) => {
                exchange.go_unlocked();
                self.push(Effect::Unlock(id));
                self.ask(now);
            }
            Stage::Settling(_) => self.ask(now),
        }
    }

    fn ask(&mut self, now: Instant) {
        let Some(exchange) = &mut self.exchange else { return };
        exchange.ask(self.sign_outs, now);
        let (id, errand, cause) = (exchange.id, exchange.errand, exchange.cause);
        self.push(Effect::Exchange(id, errand));
        if let Some(cause) = cause {
            self.push(Effect::Report(Event::RefreshStarted(cause)));
        }
    }

    pub(super) fn answered(&mut self, id: ExchangeId, answer: Answer<P>, hint: Hint, now: Instant) {
        let Some(mut exchange) = self.exchange.take_if(|exchange| exchange.awaits_answer(id)) else { return };
        if let (Errand::Refresh, Answer::Refused) = (exchange.errand, &answer) {
            if exchange.look_again(now) {
                self.exchange = Some(exchange);
                return;
            }
        }
        let is_late = exchange.asked_before != self.sign_outs;
        match exchange.errand {
            Errand::Refresh if is_late => self.refreshed_too_late(answer),
            Errand::Refresh => self.refreshed(&exchange, answer, hint, now),
            Errand::SignIn(call) if is_late => self.push(Effect::Fail(call, CallError::SignedOut)),
            Errand::SignIn(call) => {
                if let Answer::Granted(grant) = answer {
                    self.suspect = true;
                    self.adopt(grant, now);
                    self.push(Effect::Remember(Hint::SignedIn));
                    self.push(Effect::Broadcast(PeerMessage::SignedIn));
                    self.push(Effect::Report(Event::SignedIn));
                }
                self.push(Effect::Settle(call, Course::Direct));
            }
            Errand::SignOut(call) => self.sign_out_told(call, &answer, hint, now),
        }
        self.push(Effect::Unlock(id));
    }

    fn refreshed(&mut self, exchange: &Exchange, answer: Answer<P>, hint: Hint, now: Instant) {
        match answer {
            Answer::Granted(_) if hint.is_signed_out() => self.signed_out_elsewhere(now),
            Answer::Granted(grant) => {
                let before = self.identity;
                let was_active = matches!(self.phase, Phase::Active(_));
                self.adopt(grant, now);
                self.push(Effect::Report(Event::Refreshed(self.generation)));
                if hint == Hint::Never {
                    self.push(Effect::Remember(Hint::SignedIn));
                }
                if was_active && before != self.identity && !exchange.is_check() {
                    self.push(Effect::Broadcast(PeerMessage::Changed));
                }
            }
            Answer::Refused => self.refused(exchange, hint, now),
            Answer::Done | Answer::Malformed => self.put_off(Trouble::Malformed, None, exchange, now),
            Answer::Unreachable(asked) => self.put_off(Trouble::Unreachable, asked, exchange, now),
        }
        if exchange.is_stale {
            self.schedule.want(now, Cause::Check);
        }
    }

    /// The user signed out while the refresh was on its way: its token serves to tell the server, no more.
    fn refreshed_too_late(&mut self, answer: Answer<P>) {
        if let (Answer::Granted(grant), Some(departing)) = (answer, &mut self.departing) {
            *departing = grant.credentials;
        }
    }

    fn refused(&mut self, exchange: &Exchange, hint: Hint, now: Instant) {
        self.push(Effect::Report(Event::RefreshFailed(Trouble::Refused, None)));
        let reason = match &self.phase {
            Phase::Ended(_) => return self.schedule.clear(now),
            Phase::Loading(None) => Reason::Expired,
            Phase::Active(_) | Phase::Loading(Some(_)) if self.suspect => Reason::Replaced,
            Phase::Active(_) | Phase::Loading(Some(_)) => Reason::Revoked,
        };
        if hint == Hint::SignedIn {
            self.push(Effect::Remember(Hint::Never));
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
        if let Phase::Loading(kept @ Some(_)) = &mut self.phase {
            if let Some(tenure) = kept.take() {
                self.phase = Phase::Active(tenure);
                self.push(Effect::Notify);
            }
        }
        self.resume(now);
    }

    /// Makes the grant the session, and sends on whoever waited for it.
    fn adopt(&mut self, grant: Grant<P>, now: Instant) {
        let Grant { mut credentials, lifetime, subject, mut profile } = grant;
        self.generation = Generation(self.generation.0.wrapping_add(1));
        match self.take_tenure() {
            Some(previous) if !self.is_replaced_by(previous.subject.as_ref(), subject.as_ref()) => {
                profile.inherit(previous.profile);
                credentials.refresh = credentials.refresh.or(previous.credentials.refresh);
            }
            _ => {
                self.identity = self.identity.next();
                let others = self.calls.close(|call| call.identity.is_some());
                self.fail(others, CallError::Replaced);
            }
        }
        self.suspect = false;
        self.owed = false;
        self.departing = None;
        let expires = lifetime.map(|lifetime| now + lifetime);
        self.phase = Phase::Active(Tenure { credentials, expires, subject, profile });
        self.schedule.granted(now, lifetime);
        self.push(Effect::Notify);
        self.resume(now);
    }
}
