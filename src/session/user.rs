//! The user, if the API has an endpoint for it: it is loaded once for each identity, and until then the page sees no
//! session (promise 26).

use crate::identity::Identity;
use crate::{Effect, Instant, Policy, Profile, Status};

use super::{Phase, Session};

/// A session whose user is not loaded yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct UserWait {
    /// When the page sees the session even without a user.
    pub until: Instant,
    /// What the page sees until then.
    pub shown: Status,
}

impl<P: Profile> Session<P> {
    /// Loads the user, if an endpoint brings it and no answer has brought it yet. If the identity is new, the page sees
    /// the session only when the user is known, or when this has failed or takes too long.
    pub(super) fn load_user(&mut self, shown: Option<Status>, now: Instant) {
        let is_missing = matches!(&self.phase, Phase::Active(active_session) if !active_session.profile.has_user());
        if !self.policy.loads_user || !is_missing {
            self.user_wait = None;
            return;
        }
        self.user_wait = shown.map(|shown| UserWait { until: now + Policy::USER_TIMEOUT, shown }).or(self.user_wait);
        self.push(Effect::LoadUser(self.identity));
    }

    /// The page asks for the user again.
    pub(super) fn reload_user(&mut self) {
        if self.active_session().is_some() {
            self.push(Effect::LoadUser(self.identity));
        }
    }

    /// The user has been loaded, or could not be loaded. A user of another identity is ignored.
    pub(super) fn user_loaded(&mut self, identity: Identity, loaded: Option<P>, now: Instant) {
        if identity != self.identity {
            return;
        }
        if let (Phase::Active(active_session) | Phase::Loading(Some(active_session)), Some(loaded)) =
            (&mut self.phase, loaded)
        {
            active_session.profile.set_user(loaded);
            self.push(Effect::Notify);
        }
        self.show_session(now);
    }

    /// Ends the wait for the user.
    pub(super) fn show_session(&mut self, now: Instant) {
        if self.user_wait.take().is_some() {
            self.push(Effect::Notify);
            self.resume(now);
        }
    }
}
