//! One exchange of credentials on its way: lock, settle, fetch, perhaps a second look.

use crate::{Cause, Errand, ExchangeId, Instant, Lock, Millis, Policy};

/// The exchange under way. The session has at most one; every stage of it ends at a known time.
#[derive(Debug)]
pub struct Exchange {
    pub id: ExchangeId,
    pub errand: Errand,
    /// What set it off, if it is a refresh.
    pub cause: Option<Cause>,
    pub stage: Stage,
    /// How many sign-outs there had been when the server was asked.
    pub asked_before: u32,
    /// Somebody signed in elsewhere since, so the answer may be about the past.
    pub is_stale: bool,
    /// Somebody may have been at the cookie at the same time, so a refusal may only mean a lost race.
    contended: bool,
    looked_twice: bool,
}

/// Where an exchange stands, and until when at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The server has been asked.
    Fetching(Instant),
    /// Waiting for the lock.
    Locking(Instant),
    /// Letting another exchange bring its cookie home.
    Settling(Instant),
}

impl Exchange {
    pub fn new(id: ExchangeId, errand: Errand, cause: Option<Cause>, now: Instant) -> Self {
        let stage = Stage::Locking(now + Policy::LOCK_PATIENCE);
        Self { id, errand, cause, stage, asked_before: 0, is_stale: false, contended: false, looked_twice: false }
    }

    pub fn awaits_lock(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Locking(_))
    }

    pub fn awaits_answer(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Fetching(_))
    }

    pub const fn is_unsent(&self) -> bool {
        !matches!(self.stage, Stage::Fetching(_))
    }

    /// Whether another tab set it off, in which case its outcome is not news to the others (promise 11).
    pub fn is_check(&self) -> bool {
        self.cause == Some(Cause::Check)
    }

    /// When this stage ends by itself.
    pub const fn deadline(&self) -> Instant {
        match self.stage {
            Stage::Fetching(until) | Stage::Locking(until) | Stage::Settling(until) => until,
        }
    }

    /// The lock came. True if the server may be asked now; else what was left in flight settles first.
    pub fn locked(&mut self, lock: Lock, now: Instant) -> bool {
        let left = match lock {
            Lock::Held(None) => return true,
            Lock::Held(Some(age)) => Policy::SETTLING.saturating_sub(age),
            Lock::Missing => Millis(0),
        };
        self.contended = true;
        self.stage = Stage::Settling(now + left);
        left == Millis(0)
    }

    /// The lock was waited for long enough: go without.
    pub const fn go_unlocked(&mut self) {
        self.contended = true;
    }

    /// The server is being asked.
    pub fn ask(&mut self, sign_outs: u32, now: Instant) {
        self.asked_before = sign_outs;
        let timeout = match self.errand {
            Errand::SignIn(_) => Policy::SIGN_IN_TIMEOUT,
            Errand::Refresh | Errand::SignOut(_) => Policy::EXCHANGE_TIMEOUT,
        };
        self.stage = Stage::Fetching(now + timeout);
    }

    /// The server said no. True if that may have been a lost race, which is looked at once more (promise 9).
    pub fn look_again(&mut self, now: Instant) -> bool {
        let again = self.contended && !self.looked_twice;
        if again {
            self.looked_twice = true;
            self.stage = Stage::Settling(now + Policy::SECOND_LOOK);
        }
        again
    }
}
