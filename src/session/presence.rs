//! Pages that go and come, and what a vault does without any (promise 2).

use crate::{Cause, Effect, Hint, Instant, Profile};

use super::{Phase, Session};

impl<P: Profile> Session<P> {
    /// What has been sent is waited for; what has not is put off until somebody needs it.
    pub(super) fn deserted(&mut self, now: Instant) {
        self.deserted.get_or_insert(now);
        if let Some(exchange) = self.take_unsent_refresh() {
            self.push(Effect::Unlock(exchange.id));
            self.schedule.want(now, exchange.cause.unwrap_or(Cause::Check));
        }
    }

    pub(super) fn visited(&mut self, hint: Hint, now: Instant) {
        if self.forgets_at().is_some_and(|at| at <= now) {
            self.forget();
        }
        self.deserted = None;
        match self.phase {
            Phase::Loading(None) if self.exchange.is_none() => self.booted(hint, now),
            _ => self.woke(hint, now),
        }
    }

    pub(super) fn forgets_at(&self) -> Option<Instant> {
        if self.tenure().is_none() && self.sign_out_credentials.is_none() {
            return None;
        }
        self.deserted.map(|since| since + self.policy.retention)
    }

    /// Wipes the cell without ending the session: whoever comes next restores it.
    pub(super) fn forget(&mut self) {
        self.sign_out_credentials = None;
        if self.tenure().is_none() {
            return;
        }
        drop(self.take_tenure());
        self.identity = self.identity.next();
        self.failure = None;
        self.schedule.rest();
        self.push(Effect::Notify);
    }
}
