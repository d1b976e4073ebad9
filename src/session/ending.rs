//! How a session ends, and how the page, the hint and the other tabs make this vault end it (promises 2, 11, 16-18).

use crate::calls::Need;
use crate::exchange::Exchange;
use crate::{
    CallError, Effect, Event, ExchangeKind, Hint, Instant, Millis, PeerMessage, Profile, Reason, RefreshMode,
    RefreshTrigger, SignOutRoute,
};

use super::{ActiveSession, Phase, Session};

impl<P: Profile> Session<P> {
    pub(super) fn booted(&mut self, hint: Hint, now: Instant) {
        let reason = match hint {
            Hint::SignedIn | Hint::Unknown if self.policy.renewal == RefreshMode::Cookie => {
                self.schedule.want(now, RefreshTrigger::Restore);
                // The user has loaded the page again, and does not wait for a pause that the server has not requested.
                return self.schedule.resume(now);
            }
            Hint::SignedIn => Reason::Expired,
            Hint::Never | Hint::Unknown => Reason::Never,
            Hint::SignOutPending | Hint::SignedOut => Reason::SignedOut,
        };
        self.phase = Phase::Ended(reason);
        self.push(Effect::Notify);
        self.resume(now);
        if hint == Hint::SignOutPending && self.policy.sign_out == SignOutRoute::Server {
            self.sign_out_pending = true;
            self.schedule.want(now, RefreshTrigger::Check);
        }
    }

    /// The machine has slept, or the clock was set forward. If the session can be refreshed, its expiry and its next
    /// refresh move to an earlier time by this span. A session that cannot be refreshed does not change, because a
    /// clock that was set forward would otherwise sign the user out.
    pub(super) fn clock_jumped(&mut self, span: Millis) {
        if !self.can_refresh() {
            return;
        }
        if let Phase::Active(active_session) | Phase::Loading(Some(active_session)) = &mut self.phase {
            active_session.expires = active_session.expires.map(|expires| expires.earlier_by(span));
        }
        self.schedule.advance(span);
        if self.policy.renewal == RefreshMode::Cookie {
            self.clients_gone = self.clients_gone.map(|since| since.earlier_by(span));
        }
    }

    /// Hides the session until it has been checked. Until then, nothing is shown and no request is sent.
    pub(super) fn returned(&mut self) {
        if let Phase::Active(_) = self.phase {
            self.phase = Phase::Loading(self.take_active_session());
            self.push(Effect::Notify);
        }
    }

    pub(super) fn restored(&mut self, hint: Hint, now: Instant) {
        self.returned();
        self.woke(hint, now);
        if !matches!(self.phase, Phase::Loading(Some(_))) {
            return;
        }
        if self.can_refresh() {
            self.schedule.want(now, RefreshTrigger::Check);
        } else if let Some(active_session) = self.take_active_session() {
            self.phase = Phase::Active(active_session);
            self.push(Effect::Notify);
            self.resume(now);
        }
    }

    pub(super) fn woke(&mut self, hint: Hint, now: Instant) {
        match self.phase {
            Phase::Active(_) | Phase::Loading(_) if hint.is_signed_out() => self.signed_out_elsewhere(now),
            Phase::Ended(_) => self.heard(PeerMessage::SignedIn, hint, now),
            // The user looks at the page again, and does not wait for a pause that the server has not requested.
            Phase::Loading(_) => self.schedule.resume(now),
            Phase::Active(_) => {}
        }
    }

    /// Messages may be late or forged. Only the hint counts. Every sign-in and sign-out writes the hint before it posts
    /// a message.
    pub(super) fn heard(&mut self, message: PeerMessage, hint: Hint, now: Instant) {
        match (hint, message) {
            (Hint::SignOutPending | Hint::SignedOut, _) => self.signed_out_elsewhere(now),
            // Without a refresh cookie, the tabs share no session, and there is nothing to check.
            _ if self.policy.renewal != RefreshMode::Cookie => {}
            (_, PeerMessage::Changed) if self.active_session().is_some() => self.check(now),
            (Hint::SignedIn, PeerMessage::SignedIn | PeerMessage::SignedOut) => {
                self.sign_out_pending = false;
                self.check(now);
            }
            _ => {}
        }
    }

    /// A message says that the user signed out, and the storage that could confirm it does not answer, for example
    /// because a script keeps a transaction open. The message may be forged. Until the server has answered, no request
    /// gets the token. Without a refresh cookie, the server cannot answer for the other tabs, so the session ends.
    pub(super) fn doubt(&mut self, now: Instant) {
        if self.policy.renewal != RefreshMode::Cookie {
            self.signed_out_elsewhere(now);
        } else if !matches!(self.phase, Phase::Ended(_)) {
            self.returned();
            self.check(now);
        }
    }

    /// Schedules a check of the session at the server. The answer to a refresh that is already in progress may be
    /// outdated.
    fn check(&mut self, now: Instant) {
        match &mut self.exchange {
            Some(exchange) if exchange.kind == ExchangeKind::Refresh => exchange.is_stale = true,
            _ => self.schedule.want(now, RefreshTrigger::Check),
        }
    }

    /// The user signed out in another tab. That tab signs out at the server, and this tab posts no message.
    pub(super) fn signed_out_elsewhere(&mut self, now: Instant) {
        drop(self.leave(Reason::SignedOut, now));
    }

    /// Ends the session because the user signs out; pending responses are ignored.
    pub(super) fn leave(&mut self, reason: Reason, now: Instant) -> Option<ActiveSession<P>> {
        let calls = self
            .calls
            .close(|call| call.identity.is_some() || call.until.is_some() && matches!(call.need, Need::Token(_)));
        self.fail(calls, CallError::SignedOut);
        match self.phase {
            Phase::Ended(_) => None,
            Phase::Active(_) | Phase::Loading(_) => self.end(reason, now),
        }
    }

    /// Ends the session and returns it. Its tokens are wiped when the caller drops it.
    pub(super) fn end(&mut self, reason: Reason, now: Instant) -> Option<ActiveSession<P>> {
        let active_session = self.take_active_session();
        self.identity = self.identity.next();
        self.phase = Phase::Ended(reason);
        self.failure = None;
        self.user_wait = None;
        self.may_be_replaced = false;
        self.schedule.clear(now);
        if let Some(exchange) = self.take_unsent_refresh() {
            self.push(Effect::Unlock(exchange.id));
        }
        self.push(Effect::Notify);
        self.push(Effect::Report(Event::Ended(reason)));
        self.resume(now);
        active_session
    }

    /// Removes and returns the current exchange, if it is a refresh that has not been sent.
    pub(super) fn take_unsent_refresh(&mut self) -> Option<Exchange> {
        self.exchange.take_if(|exchange| exchange.is_unsent() && exchange.kind == ExchangeKind::Refresh)
    }

    pub(super) fn closed(&mut self, now: Instant) {
        let calls = self.calls.close(|_| true);
        self.fail(calls, CallError::Closed);
        if let Some(exchange) = self.exchange.take() {
            self.push(Effect::Unlock(exchange.id));
            self.fail_sign_in(exchange.kind, CallError::Closed);
        }
        for kind in core::mem::take(&mut self.queued_exchanges) {
            self.fail_sign_in(kind, CallError::Closed);
        }
        for (call, _) in core::mem::take(&mut self.sign_out_calls) {
            self.push(Effect::Fail(call, CallError::Closed));
        }
        self.schedule.clear(now);
        self.sign_out_credentials = None;
        self.phase = Phase::Ended(Reason::Never);
    }

    /// Takes the active session out. The phase is then `Loading(None)`, even if it was `Ended`, so the caller must set
    /// the phase that it wants.
    pub(super) fn take_active_session(&mut self) -> Option<ActiveSession<P>> {
        match core::mem::replace(&mut self.phase, Phase::Loading(None)) {
            Phase::Active(active_session) => Some(active_session),
            Phase::Loading(kept) => kept,
            Phase::Ended(_) => None,
        }
    }
}
