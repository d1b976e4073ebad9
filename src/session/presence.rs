//! How pages disconnect and connect, and what a vault does without a page (promise 2).

use crate::{Effect, Hint, Instant, Profile, RefreshTrigger};

use super::{Phase, Session};

impl<P: Profile> Session<P> {
    /// The last page has disconnected. A refresh that has been sent continues. A refresh that has not been sent is
    /// postponed until a page connects.
    pub(super) fn clients_gone(&mut self, now: Instant) {
        self.clients_gone.get_or_insert(now);
        if let Some(exchange) = self.take_unsent_refresh() {
            self.push(Effect::Unlock(exchange.id));
            self.schedule.want(now, exchange.trigger.unwrap_or(RefreshTrigger::Check));
        }
    }

    pub(super) fn client_connected(&mut self, hint: Hint, now: Instant) {
        if self.forgets_at().is_some_and(|at| at <= now) {
            self.forget();
        }
        self.clients_gone = None;
        match self.phase {
            Phase::Loading(None) if self.exchange.is_none() => self.booted(hint, now),
            _ => self.woke(hint, now),
        }
    }

    pub(super) fn forgets_at(&self) -> Option<Instant> {
        if self.active_session().is_none() && self.sign_out_credentials.is_none() {
            return None;
        }
        self.clients_gone.map(|since| since + self.policy.retention)
    }

    /// Deletes the tokens without ending the session. The next page restores it with a refresh.
    pub(super) fn forget(&mut self) {
        self.sign_out_credentials = None;
        if self.active_session().is_none() {
            return;
        }
        drop(self.take_active_session());
        self.identity = self.identity.next();
        self.failure = None;
        self.schedule.rest();
        self.push(Effect::Notify);
    }
}
