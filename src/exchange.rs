//! One exchange of credentials on its way: lock, lease, request, perhaps a second attempt.

use crate::{
    Epoch, ExchangeId, ExchangeKind, Hint, Instant, Lease, LeaseClaim, Lock, Millis, Policy, RefreshTrigger, Trace,
};

/// The exchange under way. The session has at most one; every stage of it ends at a known time.
#[derive(Debug)]
pub struct Exchange {
    pub id: ExchangeId,
    pub kind: ExchangeKind,
    /// What the server is asked for now: a sign-out may need a refresh first.
    pub request: ExchangeKind,
    /// What set it off, if it is a refresh.
    pub trigger: Option<RefreshTrigger>,
    pub stage: Stage,
    /// Another tab has signed in since, so the answer may be outdated.
    pub is_stale: bool,
    /// The credential may have been spent already, by another vault or by us in an exchange without an answer: a first
    /// refusal is provisional (promise 9).
    pub may_be_spent: bool,
    /// A sign-out that has refreshed its token; it does so once.
    pub is_renewed: bool,
    /// The server has refused the token of this sign-out.
    pub is_token_refused: bool,
    /// When the page stops waiting for it.
    reports_at: Option<Instant>,
    /// Another vault holds the lock, or a script of the page.
    is_lock_taken: bool,
    is_second_attempt: bool,
    /// How long it waits for the leases of others.
    lease_wait_ends: Option<Instant>,
    /// Shared state at the time of sending; `None` if the user has since signed out in this tab.
    asked: Option<(Hint, Epoch)>,
}

/// Where an exchange stands, and until when at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Acquiring the lease.
    Claiming(Instant),
    /// The server was asked at this time; slow once the lease says so.
    Fetching { since: Instant, is_slow: bool },
    /// Waiting for the lock.
    Locking(Instant),
    /// Waiting for the lease of another vault to end, or before a second attempt.
    Settling(Instant),
}

impl Exchange {
    pub fn new(id: ExchangeId, kind: ExchangeKind, trigger: Option<RefreshTrigger>, now: Instant) -> Self {
        Self {
            id,
            kind,
            request: kind,
            trigger,
            stage: Stage::Locking(now + Policy::LOCK_TIMEOUT),
            is_stale: false,
            may_be_spent: false,
            is_renewed: false,
            is_token_refused: false,
            reports_at: Some(now + Policy::REPORT_TIMEOUT),
            is_lock_taken: false,
            is_second_attempt: false,
            lease_wait_ends: None,
            asked: None,
        }
    }

    pub fn awaits_lock(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Locking(_))
    }

    pub fn awaits_answer(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Fetching { .. })
    }

    pub fn awaits_claim(&self, id: ExchangeId) -> bool {
        self.id == id && matches!(self.stage, Stage::Claiming(_))
    }

    pub const fn is_unsent(&self) -> bool {
        !matches!(self.stage, Stage::Fetching { .. })
    }

    /// Whether it has become pointless before it was sent.
    pub fn is_obsolete(&self, trace: Trace) -> bool {
        match self.kind {
            ExchangeKind::Refresh => trace.hint.is_signed_out(),
            ExchangeKind::SignIn(_) => false,
            // Another tab has signed in since: the session at the server is the new one and must not be ended.
            ExchangeKind::SignOut(_) => trace.hint != Hint::SignOutPending,
        }
    }

    /// Whether the user has signed out since the server was asked (promise 16).
    pub fn superseded_by_sign_out(&self, trace: Trace) -> bool {
        trace.hint.is_signed_out()
            && self.asked.is_none_or(|(hint, epoch)| !hint.is_signed_out() || epoch != trace.epoch)
    }

    /// The user signs out here. Whatever the trace was when it was read for that, the answer comes too late.
    pub fn invalidate(&mut self) {
        self.asked = None;
    }

    /// Whether another tab set it off, in which case its outcome is not news to the others (promise 11).
    pub fn is_check(&self) -> bool {
        self.trigger == Some(RefreshTrigger::Check)
    }

    /// When this stage ends by itself.
    pub fn deadline(&self) -> Instant {
        match self.stage {
            Stage::Claiming(until) | Stage::Locking(until) | Stage::Settling(until) => until,
            Stage::Fetching { since, is_slow: false } => since + Policy::SLOW_EXCHANGE,
            Stage::Fetching { since, is_slow: true } => since + Policy::EXCHANGE_TIMEOUT,
        }
    }

    /// When the page stops waiting, unless it has.
    pub const fn reports_at(&self) -> Option<Instant> {
        self.reports_at
    }

    /// True, once, when the page has waited long enough.
    pub fn take_report(&mut self, now: Instant) -> bool {
        self.reports_at.take_if(|at| *at <= now).is_some()
    }

    /// The lock came, or does not exist here.
    pub fn locked(&mut self, lock: Lock, now: Instant) {
        self.may_be_spent |= lock == Lock::Missing;
        self.claim(now);
    }

    /// The lock was waited for long enough. True if it is time to go without; false if a lease shows that the vault that
    /// holds it is at work.
    pub fn on_lock_timeout(&mut self, trace: Trace, now: Instant) -> bool {
        let left = trace.lease.map(|lease| lease.left(Policy::LEASE_TTL)).filter(|left| *left > Millis(0));
        match left {
            // Its lease may be released while a script of the page still holds the lock.
            Some(left) => self.stage = Stage::Locking(now + left.min(Policy::LEASE_POLL)),
            None => {
                self.is_lock_taken = true;
                self.may_be_spent = true;
            }
        }
        left.is_none()
    }

    /// How long a lease that is not known to be slow is respected. A vault that is alive holds the lock; where that is
    /// ours, or where there are no locks, the other vault may be gone.
    pub fn lease_ttl(&self) -> Millis {
        if self.is_lock_taken { Policy::LEASE_TTL } else { Policy::ORPHANED_LEASE_TTL }
    }

    /// About to ask the server.
    pub fn claim(&mut self, now: Instant) {
        self.lease_wait_ends.get_or_insert(now + Policy::LEASE_WAIT_LIMIT);
        self.stage = Stage::Claiming(now + Policy::CLAIM_TIMEOUT);
    }

    /// Whether the server may be asked now; else the exchange of another vault, which may be gone, is given some time
    /// to store its cookie (promise 10).
    pub fn claimed(&mut self, claim: LeaseClaim, trace: Trace, now: Instant) -> bool {
        self.may_be_spent |= trace.lease.is_some();
        if claim == LeaseClaim::Ours || self.lease_wait_ends.is_some_and(|until| until <= now) {
            return true;
        }
        let left = trace.lease.map(|lease| lease.left(self.lease_ttl())).unwrap_or_default();
        self.stage = Stage::Settling(now + left.min(Policy::SECOND_LOOK));
        false
    }

    /// The server is being asked.
    pub fn ask(&mut self, request: ExchangeKind, trace: Trace, now: Instant) {
        self.request = request;
        self.asked = Some((trace.hint, trace.epoch));
        self.stage = Stage::Fetching { since: now, is_slow: false };
    }

    /// The server said no. True if the credential may have been spent, so that a second attempt is made (promise 9).
    pub fn retry_after_refusal(&mut self, now: Instant) -> bool {
        let again = self.may_be_spent && !self.is_second_attempt;
        if again {
            self.is_second_attempt = true;
            self.stage = Stage::Settling(now + Policy::SECOND_LOOK);
        }
        again
    }
}

impl Lease {
    /// How long the exchange may still take, if one that is not known to be slow may take `ttl`.
    fn left(self, ttl: Millis) -> Millis {
        let ttl = if self.is_slow { Policy::LEASE_TTL } else { ttl };
        ttl.saturating_sub(self.age)
    }
}
