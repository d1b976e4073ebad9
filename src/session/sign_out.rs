//! Sign-out: it takes effect in this browser at once, and is retried until the server has confirmed it (promise 16).

use crate::backoff::Backoff;
use crate::exchange::{Exchange, Stage};
use crate::{
    CallError, CallId, DeliveryPath, Effect, Event, ExchangeKind, ExchangeResult, Grant, Hint, Instant, Millis,
    PeerMessage, Policy, Profile, Reason, RefreshMode, RefreshTrigger, SharedState, SignOutRoute,
};

use super::{ActiveSession, Phase, Session, SignOutCredentials};

impl<P: Profile> Session<P> {
    pub(super) fn sign_out(&mut self, call: CallId, is_idle: bool, shared: SharedState, now: Instant) {
        self.void_sign_ins();
        let is_asking = self.exchange.is_some() && !self.is_signing_out();
        let is_over = matches!(self.phase, Phase::Ended(_)) && shared.hint != Hint::SignedIn && !is_asking;
        if is_over {
            return self.push(Effect::Settle(call, DeliveryPath::Direct));
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.invalidate();
        }
        let reason = if is_idle { Reason::Idle } else { Reason::SignedOut };
        self.sign_out_credentials = self.leave(reason, now).map(SignOutCredentials::from);
        let epoch = shared.epoch.next();
        match self.policy.sign_out {
            SignOutRoute::None => {
                self.sign_out_credentials = None;
                self.push(Effect::Remember(Hint::SignedOut, epoch));
                self.push(Effect::Settle(call, DeliveryPath::Direct));
            }
            SignOutRoute::Server => {
                self.sign_out_pending = true;
                self.push(Effect::Remember(Hint::SignOutPending, epoch));
                self.queued_exchanges.push(ExchangeKind::SignOut(Some(call)));
                self.sign_out_calls.push((call, now + Policy::REPORT_TIMEOUT));
            }
        }
        self.push(Effect::Broadcast(PeerMessage::SignedOut));
    }

    /// Cancels the sign-ins that were requested before a sign-out and have not been sent yet.
    fn void_sign_ins(&mut self) {
        let unsent =
            self.exchange.take_if(|exchange| exchange.is_unsent() && matches!(exchange.kind, ExchangeKind::SignIn(_)));
        if let Some(exchange) = unsent {
            self.push(Effect::Unlock(exchange.id));
            self.fail_sign_in(exchange.kind, CallError::SignedOut);
        }
        for kind in core::mem::take(&mut self.queued_exchanges) {
            if !self.fail_sign_in(kind, CallError::SignedOut) {
                self.queued_exchanges.push(kind);
            }
        }
    }

    /// Fails the call of a sign-in. Returns false for any other exchange.
    pub(super) fn fail_sign_in(&mut self, kind: ExchangeKind, error: CallError) -> bool {
        let ExchangeKind::SignIn(call) = kind else { return false };
        self.push(Effect::Fail(call, error));
        true
    }

    /// The next request of a sign-out. It is a refresh if the sign-out has no token that the server would accept.
    /// Otherwise it is the request that ends the session. `None` if the vault has no credential that proves whose
    /// session it is, and cannot get one.
    ///
    /// Some APIs answer 204 to a sign-out with an expired token and revoke nothing. Therefore no sign-out is sent with
    /// an expired token.
    pub(super) fn sign_out_request(&self, exchange: &Exchange, now: Instant) -> Option<ExchangeKind> {
        let kept = self.sign_out_credentials.as_ref();
        let can_renew = self.can_renew_sign_out();
        // A token that cannot be renewed is used until it expires.
        let margin = if can_renew { Policy::EXPIRY_MARGIN } else { Millis::default() };
        let is_fresh = kept.is_some_and(|kept| kept.is_valid_at(now + margin));
        if self.policy.session_cookie || exchange.is_renewed || is_fresh && !exchange.is_token_refused {
            return Some(exchange.kind);
        }
        can_renew.then_some(ExchangeKind::Refresh)
    }

    fn can_renew_sign_out(&self) -> bool {
        match self.policy.renewal {
            RefreshMode::Body => {
                self.sign_out_credentials.as_ref().is_some_and(|kept| kept.credentials.refresh.is_some())
            }
            RefreshMode::Cookie => true,
            RefreshMode::None => false,
        }
    }

    /// Handles the answer to a request of a sign-out. Returns true if another request must follow.
    pub(super) fn sign_out_answered(
        &mut self,
        exchange: &mut Exchange,
        answer: ExchangeResult<P>,
        shared: SharedState,
        now: Instant,
    ) -> bool {
        let is_renewal = exchange.request == ExchangeKind::Refresh;
        match answer {
            ExchangeResult::Granted(grant) if is_renewal => {
                exchange.is_renewed = true;
                self.renew_sign_out(grant, now);
                return true;
            }
            // The server knows no session that this credential belongs to.
            ExchangeResult::Refused if is_renewal => self.sign_out_confirmed(exchange.kind, shared, now),
            ExchangeResult::Refused if !exchange.is_renewed && self.can_renew_sign_out() => {
                exchange.is_token_refused = true;
                return true;
            }
            ExchangeResult::Refused if exchange.is_renewed => {
                self.sign_out_failed(exchange.kind, Some(Policy::SIGN_OUT_RETRY), now);
            }
            ExchangeResult::Refused => self.sign_out_given_up(exchange.kind, shared, now),
            ExchangeResult::Done => self.sign_out_confirmed(exchange.kind, shared, now),
            ExchangeResult::Unreachable(asked) => self.sign_out_failed(exchange.kind, asked, now),
            // The server does not understand the request, so it would not understand the next one.
            ExchangeResult::Malformed if !is_renewal => self.sign_out_given_up(exchange.kind, shared, now),
            ExchangeResult::Granted(_) | ExchangeResult::Malformed => self.sign_out_failed(exchange.kind, None, now),
        }
        false
    }

    /// Stores a newer token for the sign-out. The page does not see this grant.
    pub(super) fn renew_sign_out(&mut self, grant: Grant<P>, now: Instant) {
        let mut credentials = grant.credentials;
        if let Some(previous) = self.sign_out_credentials.take() {
            credentials.inherit(previous.credentials);
        }
        let expires = grant.lifetime.map(|lifetime| now + lifetime);
        self.sign_out_credentials = Some(SignOutCredentials { credentials, expires });
    }

    fn sign_out_confirmed(&mut self, kind: ExchangeKind, shared: SharedState, now: Instant) {
        if shared.hint == Hint::SignOutPending {
            self.push(Effect::Remember(Hint::SignedOut, shared.epoch));
        }
        self.sign_out_over(kind, now);
    }

    /// There is no answer, or the answer does not confirm the sign-out. The sign-out stays pending.
    fn sign_out_failed(&mut self, kind: ExchangeKind, asked: Option<Millis>, now: Instant) {
        // With a refresh cookie, the next attempt gets its own token.
        if self.policy.renewal == RefreshMode::Cookie {
            self.sign_out_credentials = None;
        }
        let retry = self.schedule.pause(now, asked, Backoff::MAX_PAUSE, RefreshTrigger::Check);
        self.push(Effect::Report(Event::SignOutPending(Some(retry))));
        self.settle_sign_out(kind);
    }

    /// The server has not confirmed the sign-out, and a further attempt would not change this. The vault reports this
    /// once, and does not retry the sign-out.
    pub(super) fn sign_out_given_up(&mut self, kind: ExchangeKind, shared: SharedState, now: Instant) {
        self.push(Effect::Report(Event::SignOutPending(None)));
        self.sign_out_confirmed(kind, shared, now);
    }

    /// The sign-out needs no further request.
    pub(super) fn sign_out_over(&mut self, kind: ExchangeKind, now: Instant) {
        self.sign_out_credentials = None;
        // If no sign-out is pending, a user has signed in meanwhile. The check of that session stays scheduled.
        if core::mem::take(&mut self.sign_out_pending) {
            self.schedule.clear(now);
        }
        self.settle_sign_out(kind);
    }

    fn settle_sign_out(&mut self, kind: ExchangeKind) {
        let at = self.sign_out_calls.iter().position(|(call, _)| kind == ExchangeKind::SignOut(Some(*call)));
        if let Some((call, _)) = at.map(|at| self.sign_out_calls.remove(at)) {
            self.push(Effect::Settle(call, DeliveryPath::Direct));
        }
    }

    /// The caller has waited long enough. The exchange continues.
    pub(super) fn report_unconfirmed_sign_out(&mut self, call: CallId, now: Instant) {
        let ends = match &self.exchange {
            Some(Exchange { stage: Stage::Fetching { since, .. }, .. }) => *since + Policy::EXCHANGE_TIMEOUT,
            _ => now,
        };
        self.push(Effect::Report(Event::SignOutPending(Some(ends))));
        self.push(Effect::Settle(call, DeliveryPath::Direct));
    }
}

impl SignOutCredentials {
    fn is_valid_at(&self, time: Instant) -> bool {
        self.credentials.access.is_some() && self.expires.is_none_or(|expires| time < expires)
    }
}

impl<P> From<ActiveSession<P>> for SignOutCredentials {
    fn from(ActiveSession { credentials, expires, .. }: ActiveSession<P>) -> Self {
        Self { credentials, expires }
    }
}
