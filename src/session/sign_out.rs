//! Signing out: at once in this browser, and until the server has confirmed it (promise 16).

use crate::backoff::Backoff;
use crate::exchange::{Exchange, Stage};
use crate::{
    Answer, CallError, CallId, Cause, Course, Effect, Errand, Event, Grant, Hint, Instant, Millis, PeerMessage, Policy,
    Profile, Renewal, SignOutRoute, Trace,
};

use super::{Phase, Session, SignOutCredentials, Tenure};

impl<P: Profile> Session<P> {
    pub(super) fn sign_out(&mut self, call: CallId, trace: Trace, now: Instant) {
        self.void_sign_ins();
        let is_asking = self.exchange.is_some() && !self.is_signing_out();
        let is_over = matches!(self.phase, Phase::Ended(_)) && trace.hint != Hint::SignedIn && !is_asking;
        if is_over {
            return self.push(Effect::Settle(call, Course::Direct));
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.overtake();
        }
        self.sign_out_credentials = self.leave(now).map(SignOutCredentials::from);
        let epoch = trace.epoch.next();
        match self.policy.sign_out {
            SignOutRoute::None => {
                self.sign_out_credentials = None;
                self.push(Effect::Remember(Hint::SignedOut, epoch));
                self.push(Effect::Settle(call, Course::Direct));
            }
            SignOutRoute::Server => {
                self.owed = true;
                self.push(Effect::Remember(Hint::SignOutOwed, epoch));
                self.errands.push_back(Errand::SignOut(Some(call)));
                self.sign_out_calls.push_back((call, now + Policy::REPORT_TIMEOUT));
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

    /// What a sign-out asks the server next: for a fresh token if it has none that the server would accept, else to end
    /// the session. `None` if there is no way to prove whose session it is.
    ///
    /// Some APIs answer 204 to a sign-out with an expired token and revoke nothing, so none is sent with one.
    pub(super) fn sign_out_request(&self, exchange: &Exchange, now: Instant) -> Option<Errand> {
        let kept = self.sign_out_credentials.as_ref();
        let is_fresh = kept.is_some_and(|kept| kept.is_valid_at(now + Policy::EXPIRY_MARGIN));
        if self.policy.session_cookie || exchange.is_renewed || is_fresh && !exchange.is_token_refused {
            return Some(exchange.errand);
        }
        self.can_renew_sign_out().then_some(Errand::Refresh)
    }

    fn can_renew_sign_out(&self) -> bool {
        match self.policy.renewal {
            Renewal::Body => self.sign_out_credentials.as_ref().is_some_and(|kept| kept.credentials.refresh.is_some()),
            Renewal::Cookie => true,
            Renewal::None => false,
        }
    }

    /// Takes in the answer to a request of a sign-out. True if another request is to follow.
    pub(super) fn sign_out_answered(
        &mut self,
        exchange: &mut Exchange,
        answer: Answer<P>,
        trace: Trace,
        now: Instant,
    ) -> bool {
        let is_renewal = exchange.request == Errand::Refresh;
        match answer {
            Answer::Granted(grant) if is_renewal => {
                exchange.is_renewed = true;
                self.renew_sign_out(grant, now);
                return true;
            }
            // The server knows no session that this credential belongs to.
            Answer::Refused if is_renewal => self.sign_out_confirmed(exchange.errand, trace, now),
            Answer::Refused if !exchange.is_renewed && self.can_renew_sign_out() => {
                exchange.is_token_refused = true;
                return true;
            }
            Answer::Refused if exchange.is_renewed => {
                self.sign_out_failed(exchange.errand, Some(Policy::SIGN_OUT_RETRY), now);
            }
            Answer::Refused => self.sign_out_unprovable(exchange.errand, trace, now),
            Answer::Done => self.sign_out_confirmed(exchange.errand, trace, now),
            Answer::Unreachable(asked) => self.sign_out_failed(exchange.errand, asked, now),
            Answer::Granted(_) | Answer::Malformed => self.sign_out_failed(exchange.errand, None, now),
        }
        false
    }

    /// A newer token for the sign-out, which is not shown to the page.
    pub(super) fn renew_sign_out(&mut self, grant: Grant<P>, now: Instant) {
        let mut credentials = grant.credentials;
        if let Some(previous) = self.sign_out_credentials.take() {
            credentials.inherit(previous.credentials);
        }
        let expires = grant.lifetime.map(|lifetime| now + lifetime);
        self.sign_out_credentials = Some(SignOutCredentials { credentials, expires });
    }

    fn sign_out_confirmed(&mut self, errand: Errand, trace: Trace, now: Instant) {
        if trace.hint == Hint::SignOutOwed {
            self.push(Effect::Remember(Hint::SignedOut, trace.epoch));
        }
        self.sign_out_over(errand, now);
    }

    /// No answer, or one that confirms nothing: the sign-out stays pending.
    fn sign_out_failed(&mut self, errand: Errand, asked: Option<Millis>, now: Instant) {
        // With a refresh cookie the next attempt gets a token of its own.
        if self.policy.renewal == Renewal::Cookie {
            self.sign_out_credentials = None;
        }
        let retry = self.schedule.pause(now, asked, Backoff::LONGEST_OWN, Cause::Check);
        self.push(Effect::Report(Event::SignOutOwed(Some(retry))));
        self.settle_sign_out(errand);
    }

    /// There is nothing to prove with whose session is to end, and no way to get it: said once, and not tried again.
    pub(super) fn sign_out_unprovable(&mut self, errand: Errand, trace: Trace, now: Instant) {
        self.push(Effect::Report(Event::SignOutOwed(None)));
        self.sign_out_confirmed(errand, trace, now);
    }

    /// There is nothing left to ask the server.
    pub(super) fn sign_out_over(&mut self, errand: Errand, now: Instant) {
        self.sign_out_credentials = None;
        // Else somebody signed in meanwhile, and what is scheduled now is a look at that.
        if core::mem::take(&mut self.owed) {
            self.schedule.clear(now);
        }
        self.settle_sign_out(errand);
    }

    fn settle_sign_out(&mut self, errand: Errand) {
        let at = self.sign_out_calls.iter().position(|(call, _)| errand == Errand::SignOut(Some(*call)));
        if let Some((call, _)) = at.and_then(|at| self.sign_out_calls.remove(at)) {
            self.push(Effect::Settle(call, Course::Direct));
        }
    }

    /// The caller has waited long enough. The exchange goes on.
    pub(super) fn report_unconfirmed_sign_out(&mut self, now: Instant) {
        let Some((call, _)) = self.sign_out_calls.pop_front() else { return };
        let ends = match &self.exchange {
            Some(Exchange { stage: Stage::Fetching { since, .. }, .. }) => *since + Policy::EXCHANGE_TIMEOUT,
            _ => now,
        };
        self.push(Effect::Report(Event::SignOutOwed(Some(ends))));
        self.push(Effect::Settle(call, Course::Direct));
    }
}

impl SignOutCredentials {
    fn is_valid_at(&self, time: Instant) -> bool {
        self.credentials.access.is_some() && self.expires.is_none_or(|expires| time < expires)
    }
}

impl<P> From<Tenure<P>> for SignOutCredentials {
    fn from(Tenure { credentials, expires, .. }: Tenure<P>) -> Self {
        Self { credentials, expires }
    }
}
