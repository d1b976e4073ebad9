//! One exchange of credentials on its way: lock, claim, perhaps settle, fetch, perhaps a second look.

use crate::{Cause, Claim, Epoch, Errand, ExchangeId, Hint, Instant, Lock, Millis, Policy, Trace};

/// The exchange under way. The session has at most one; every stage of it ends at a known time.
#[derive(Debug)]
pub struct Exchange {
    pub id: ExchangeId,
    pub errand: Errand,
    /// What set it off, if it is a refresh.
    pub cause: Option<Cause>,
    pub stage: Stage,
    /// Somebody signed in elsewhere since, so the answer may be about the past.
    pub is_stale: bool,
    /// Somebody may have been at the cookie at the same time, so a refusal may only mean a lost race.
    contended: bool,
    looked_twice: bool,
    /// How long it yields to others.
    patient_until: Option<Instant>,
    /// How things stood when the server was asked; nothing once the user has signed out here.
    asked: Option<(Hint, Epoch)>,
}

/// Where an exchange stands, and until when at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Marking it as begun.
    Claiming(Instant),
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
        Self {
            id,
            errand,
            cause,
            stage,
            is_stale: false,
            contended: false,
            looked_twice: false,
            patient_until: None,
            asked: None,
        }
    }

    pub fn awaits_lock(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Locking(_))
    }

    pub fn awaits_answer(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Fetching(_))
    }

    pub fn awaits_claim(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Claiming(_))
    }

    pub const fn is_unsent(&self) -> bool {
        !matches!(self.stage, Stage::Fetching(_))
    }

    /// Whether it has come to nothing before it was sent.
    pub fn is_void(&self, trace: Trace) -> bool {
        match self.errand {
            Errand::Refresh => trace.hint.is_signed_out(),
            Errand::SignIn(_) => false,
            // Somebody signed in since: the session at the server is theirs now, and not ours to end.
            Errand::SignOut(_) => trace.hint != Hint::SignOutOwed,
        }
    }

    /// Whether the user has signed out since the server was asked (promise 16).
    pub fn is_late(&self, trace: Trace) -> bool {
        trace.hint.is_signed_out()
            && self.asked.is_none_or(|(hint, epoch)| !hint.is_signed_out() || epoch != trace.epoch)
    }

    /// The user signs out here. Whatever the trace was when it was read for that, the answer comes too late.
    pub fn overtake(&mut self) {
        self.asked = None;
    }

    /// Whether another tab set it off, in which case its outcome is not news to the others (promise 11).
    pub fn is_check(&self) -> bool {
        self.cause == Some(Cause::Check)
    }

    /// When this stage ends by itself.
    pub const fn deadline(&self) -> Instant {
        match self.stage {
            Stage::Claiming(until) | Stage::Fetching(until) | Stage::Locking(until) | Stage::Settling(until) => until,
        }
    }

    /// The lock came, or does not exist here.
    pub fn locked(&mut self, lock: Lock, now: Instant) {
        self.contended = lock == Lock::Missing;
        self.claim(now);
    }

    /// The lock was waited for long enough. True if it is time to go without; else other tabs are taking their turns.
    pub fn lose_patience(&mut self, trace: Trace, now: Instant) -> bool {
        match trace.settles_in() {
            Some(left) => self.stage = Stage::Locking(now + left),
            None => self.contended = true,
        }
        self.contended
    }

    /// About to ask the server.
    pub fn claim(&mut self, now: Instant) {
        let patience = if self.contended { Policy::LOCK_PATIENCE } else { Policy::SETTLING };
        self.patient_until.get_or_insert(now + patience);
        self.stage = Stage::Claiming(now + Policy::CLAIM_PATIENCE);
    }

    /// Whether the server may be asked now; else the exchange of another vault, which may be dead, is given some time
    /// to bring its cookie home (promise 10).
    pub fn claimed(&mut self, claim: Claim, trace: Trace, now: Instant) -> bool {
        self.contended |= trace.in_flight.is_some();
        if claim == Claim::Ours || self.patient_until.is_some_and(|until| until <= now) {
            return true;
        }
        let left = trace.settles_in().unwrap_or_default().min(Policy::SECOND_LOOK);
        self.stage = Stage::Settling(now + left);
        false
    }

    /// The server is being asked.
    pub fn ask(&mut self, trace: Trace, now: Instant) {
        self.asked = Some((trace.hint, trace.epoch));
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

impl Trace {
    /// How long an exchange of somebody else's may still take to bring its cookie home, if there is one.
    fn settles_in(self) -> Option<Millis> {
        let left = Policy::SETTLING.saturating_sub(self.in_flight?);
        (left > Millis(0)).then_some(left)
    }
}
