//! How a session ends, and what this vault hears about it from the page, the hint and the other tabs
//! (promises 2, 11, 16-18).

use crate::calls::Need;
use crate::exchange::Exchange;
use crate::{
    Answer, CallError, CallId, Cause, Course, Credentials, Effect, Errand, Event, Hint, Instant, PeerMessage, Profile,
    Reason, Renewal, SignOutRoute, Trace,
};

use super::{Phase, Session, Tenure};

impl<P: Profile> Session<P> {
    pub(super) fn booted(&mut self, hint: Hint, now: Instant) {
        let reason = match hint {
            Hint::SignedIn if self.policy.renewal == Renewal::Cookie => {
                return self.schedule.want(now, Cause::Restore);
            }
            Hint::SignedIn => Reason::Expired,
            Hint::Never => Reason::Never,
            Hint::SignOutOwed | Hint::SignedOut => Reason::SignedOut,
        };
        self.phase = Phase::Ended(reason);
        self.push(Effect::Notify);
        self.resume(now);
        if hint == Hint::SignOutOwed && self.policy.sign_out == SignOutRoute::Server {
            self.owed = true;
            self.schedule.want(now, Cause::Check);
        }
    }

    /// Nothing is shown, and nothing sent, before it was checked.
    pub(super) fn returned(&mut self) {
        if let Phase::Active(_) = self.phase {
            self.phase = Phase::Loading(self.take_tenure());
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
            self.schedule.want(now, Cause::Check);
        } else if let Some(tenure) = self.take_tenure() {
            self.phase = Phase::Active(tenure);
            self.push(Effect::Notify);
            self.resume(now);
        }
    }

    pub(super) fn woke(&mut self, hint: Hint, now: Instant) {
        match self.phase {
            Phase::Active(_) | Phase::Loading(_) if hint.is_signed_out() => self.signed_out_elsewhere(now),
            Phase::Ended(_) => self.heard(PeerMessage::SignedIn, hint, now),
            _ => {}
        }
    }

    /// Messages may be late or forged. What counts is the hint, which every sign-in and sign-out writes first.
    pub(super) fn heard(&mut self, message: PeerMessage, hint: Hint, now: Instant) {
        match (hint, message) {
            (Hint::SignOutOwed | Hint::SignedOut, _) => self.signed_out_elsewhere(now),
            // Without a cookie the tabs share nothing, and there is nothing to look at.
            _ if self.policy.renewal != Renewal::Cookie => {}
            (_, PeerMessage::Changed) if self.tenure().is_some() => self.check(now),
            (Hint::SignedIn, PeerMessage::SignedIn | PeerMessage::SignedOut) => {
                self.owed = false;
                self.check(now);
            }
            _ => {}
        }
    }

    /// Looks at how things stand at the server. An answer that is already on its way may be about the past.
    fn check(&mut self, now: Instant) {
        match &mut self.exchange {
            Some(exchange) if exchange.errand == Errand::Refresh => exchange.is_stale = true,
            _ => self.schedule.want(now, Cause::Check),
        }
    }

    pub(super) fn sign_out(&mut self, call: CallId, trace: Trace, now: Instant) {
        self.void_sign_ins();
        let is_asking = self.exchange.as_ref().is_some_and(|exchange| !matches!(exchange.errand, Errand::SignOut(_)));
        let is_over = matches!(self.phase, Phase::Ended(_)) && trace.hint != Hint::SignedIn && !is_asking;
        if is_over {
            return self.push(Effect::Settle(call, Course::Direct));
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.overtake();
        }
        self.departing = self.leave(now);
        let epoch = trace.epoch.next();
        match self.policy.sign_out {
            SignOutRoute::None => {
                self.departing = None;
                self.push(Effect::Remember(Hint::SignedOut, epoch));
                self.push(Effect::Settle(call, Course::Direct));
            }
            SignOutRoute::Server => {
                self.owed = true;
                self.push(Effect::Remember(Hint::SignOutOwed, epoch));
                self.errands.push_back(Errand::SignOut(Some(call)));
            }
        }
        self.push(Effect::Broadcast(PeerMessage::SignedOut));
    }

    /// Sign-ins that were asked for before a sign-out, and not yet sent, are void.
    fn void_sign_ins(&mut self) {
        let unsent =
            self.exchange.take_if(|exchange| exchange.is_unsent() && matches!(exchange.errand, Errand::SignIn(_)));
        if let Some(exchange) = unsent {
            self.push(Effect::Unlock(exchange.id));
            self.errands.push_front(exchange.errand);
        }
        for errand in core::mem::take(&mut self.errands) {
            match errand {
                Errand::SignIn(call) => self.push(Effect::Fail(call, CallError::SignedOut)),
                errand => self.errands.push_back(errand),
            }
        }
    }

    /// The user signed out in another tab, which tells the server. Nothing is broadcast again.
    pub(super) fn signed_out_elsewhere(&mut self, now: Instant) {
        drop(self.leave(now));
    }

    /// Ends the session because the user wants it so: whatever is under way comes home to nothing.
    fn leave(&mut self, now: Instant) -> Option<Credentials> {
        let calls = self
            .calls
            .close(|call| call.identity.is_some() || call.until.is_some() && matches!(call.need, Need::Token(_)));
        self.fail(calls, CallError::SignedOut);
        match self.phase {
            Phase::Ended(_) => None,
            Phase::Active(_) | Phase::Loading(_) => self.end(Reason::SignedOut, now),
        }
    }

    /// Wipes the cell, or hands its content over.
    pub(super) fn end(&mut self, reason: Reason, now: Instant) -> Option<Credentials> {
        let tenure = self.take_tenure();
        self.identity = self.identity.next();
        self.phase = Phase::Ended(reason);
        self.schedule.clear(now);
        if let Some(exchange) = self.take_unsent_refresh() {
            self.push(Effect::Unlock(exchange.id));
        }
        self.push(Effect::Notify);
        self.push(Effect::Report(Event::Ended(reason)));
        self.resume(now);
        tenure.map(|tenure| tenure.credentials)
    }

    /// A refresh that has not been sent need not be.
    pub(super) fn take_unsent_refresh(&mut self) -> Option<Exchange> {
        self.exchange.take_if(|exchange| exchange.is_unsent() && exchange.errand == Errand::Refresh)
    }

    /// The server has answered a sign-out, or has not.
    pub(super) fn sign_out_told(&mut self, call: Option<CallId>, answer: &Answer<P>, trace: Trace, now: Instant) {
        if let Answer::Unreachable(asked) = answer {
            self.departing = None;
            self.schedule.pause(now, *asked, Cause::Check);
            self.push(Effect::Report(Event::SignOutOwed));
            self.settle_sign_out(call);
        } else {
            if trace.hint == Hint::SignOutOwed {
                self.push(Effect::Remember(Hint::SignedOut, trace.epoch));
            }
            self.sign_out_over(call, now);
        }
    }

    /// There is nothing left to tell the server.
    pub(super) fn sign_out_over(&mut self, call: Option<CallId>, now: Instant) {
        self.departing = None;
        // Else somebody signed in meanwhile, and what is scheduled now is a look at that.
        if core::mem::take(&mut self.owed) {
            self.schedule.clear(now);
        }
        self.settle_sign_out(call);
    }

    fn settle_sign_out(&mut self, call: Option<CallId>) {
        if let Some(call) = call {
            self.push(Effect::Settle(call, Course::Direct));
        }
    }

    pub(super) fn closed(&mut self, now: Instant) {
        let calls = self.calls.close(|_| true);
        self.fail(calls, CallError::Closed);
        if let Some(exchange) = self.exchange.take() {
            self.push(Effect::Unlock(exchange.id));
            self.errands.push_front(exchange.errand);
        }
        for errand in core::mem::take(&mut self.errands) {
            match errand {
                Errand::SignIn(call) | Errand::SignOut(Some(call)) => self.push(Effect::Fail(call, CallError::Closed)),
                Errand::Refresh | Errand::SignOut(None) => {}
            }
        }
        self.schedule.clear(now);
        self.departing = None;
        self.phase = Phase::Ended(Reason::Never);
    }

    /// Takes the living session out; the phase must be set next.
    pub(super) fn take_tenure(&mut self) -> Option<Tenure<P>> {
        match core::mem::replace(&mut self.phase, Phase::Loading(None)) {
            Phase::Active(tenure) => Some(tenure),
            Phase::Loading(kept) => kept,
            Phase::Ended(_) => None,
        }
    }
}
