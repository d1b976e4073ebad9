//! One exchange of credentials: lock, lease, request, and possibly a second attempt.

use crate::{
    Epoch, ExchangeId, ExchangeKind, Hint, Instant, Lease, LeaseClaim, Lock, Millis, Policy, RefreshTrigger,
    SharedState,
};

/// The current exchange. The session has at most one. Every stage of it ends at a known time.
#[derive(Debug)]
pub struct Exchange {
    pub id: ExchangeId,
    pub kind: ExchangeKind,
    /// The kind of the current request. It differs from `kind` if a sign-out needs a refresh first.
    pub request: ExchangeKind,
    /// The cause of the exchange, if it is a refresh.
    pub trigger: Option<RefreshTrigger>,
    pub stage: Stage,
    /// The session has changed in another tab since the exchange started, so the answer may be outdated.
    pub is_stale: bool,
    /// Another vault, or an exchange of this vault without an answer, may have spent the credential already. A first
    /// refusal is then provisional (promise 9).
    pub may_be_spent: bool,
    /// This refresh has a body of the page's own.
    pub has_own_body: bool,
    /// This sign-out has refreshed its token. A sign-out does this at most once.
    pub is_renewed: bool,
    /// The server has refused the token of this sign-out.
    pub is_token_refused: bool,
    /// When the page stops waiting for the exchange; `None` once it has.
    reports_at: Option<Instant>,
    /// Another vault or a script of the page holds the lock.
    is_lock_taken: bool,
    is_second_attempt: bool,
    /// When the exchange stops waiting for the leases of other vaults.
    lease_wait_ends: Option<Instant>,
    /// Shared state at the time of sending; `None` if the user has since signed out in this tab.
    asked: Option<(Hint, Epoch)>,
}

/// The current step of an exchange, and when it ends at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Acquiring the lease.
    Claiming(Instant),
    /// The request was sent at the time `since`. `is_slow` is true once the lease says that the exchange is slow.
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
            has_own_body: false,
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

    pub const fn is_refresh(&self) -> bool {
        matches!(self.kind, ExchangeKind::Refresh)
    }

    pub const fn is_unsent(&self) -> bool {
        !matches!(self.stage, Stage::Fetching { .. })
    }

    /// Whether the exchange became unnecessary before it was sent.
    pub fn is_obsolete(&self, shared: SharedState) -> bool {
        match self.kind {
            ExchangeKind::Refresh => shared.hint.is_signed_out(),
            ExchangeKind::SignIn(_) => false,
            // Another tab has signed in since. The server now has the new session, and this sign-out must not end it.
            ExchangeKind::SignOut(_) => shared.hint != Hint::SignOutPending,
        }
    }

    /// Whether the user has signed out since the request was sent (promise 16).
    pub fn superseded_by_sign_out(&self, shared: SharedState) -> bool {
        shared.hint.is_signed_out()
            && self.asked.is_none_or(|(hint, epoch)| !hint.is_signed_out() || epoch != shared.epoch)
    }

    /// The user signs out in this tab. The answer is then superseded, even if the shared state that was read for the
    /// sign-out already said that the user had signed out.
    pub fn invalidate(&mut self) {
        self.asked = None;
    }

    /// Whether the exchange only checks the session, for example after a message from another tab. Its result is then
    /// not broadcast, because the other tabs know it already (promise 11).
    pub fn is_check(&self) -> bool {
        self.trigger == Some(RefreshTrigger::Check)
    }

    /// When this stage times out.
    pub fn deadline(&self) -> Instant {
        match self.stage {
            Stage::Claiming(until) | Stage::Locking(until) | Stage::Settling(until) => until,
            Stage::Fetching { since, is_slow: false } => since + Policy::SLOW_EXCHANGE,
            Stage::Fetching { since, is_slow: true } => since + Policy::EXCHANGE_TIMEOUT,
        }
    }

    /// When the page stops waiting; `None` if it has stopped already.
    pub const fn reports_at(&self) -> Option<Instant> {
        self.reports_at
    }

    /// Returns true when the page has waited long enough. Returns true only once.
    pub fn take_report(&mut self, now: Instant) -> bool {
        self.reports_at.take_if(|at| *at <= now).is_some()
    }

    /// The browser has granted the lock, or the lock is not available here.
    pub fn locked(&mut self, lock: Lock, now: Instant) {
        self.may_be_spent |= lock == Lock::Missing;
        self.claim(now);
    }

    /// The wait for the lock has timed out. Returns true if the exchange continues without the lock, and false if a
    /// lease shows that the vault that holds the lock performs an exchange.
    pub fn on_lock_timeout(&mut self, shared: SharedState, now: Instant) -> bool {
        let left = shared.lease.map(|lease| lease.left(Policy::LEASE_TTL)).filter(|left| *left > Millis(0));
        match left {
            // Check again soon: that vault may release its lease while a script of the page still holds the lock.
            Some(left) => self.stage = Stage::Locking(now + left.min(Policy::LEASE_POLL)),
            None => {
                self.is_lock_taken = true;
                self.may_be_spent = true;
            }
        }
        left.is_none()
    }

    /// How long this vault respects a lease whose exchange is not known to be slow. A running vault holds the lock
    /// during its exchange. If this vault holds the lock, or if there are no locks, the other vault may no longer run.
    pub fn lease_ttl(&self) -> Millis {
        if self.is_lock_taken { Policy::LEASE_TTL } else { Policy::ORPHANED_LEASE_TTL }
    }

    /// Starts to acquire the lease, before the request is sent.
    pub fn claim(&mut self, now: Instant) {
        self.lease_wait_ends.get_or_insert(now + Policy::LEASE_WAIT_LIMIT);
        self.stage = Stage::Claiming(now + Policy::CLAIM_TIMEOUT);
    }

    /// Whether the request may be sent now. If not, this exchange waits. The exchange of another vault, which may no
    /// longer run, then has time to store its cookie (promise 10).
    pub fn claimed(&mut self, claim: LeaseClaim, shared: SharedState, now: Instant) -> bool {
        self.may_be_spent |= shared.lease.is_some();
        if claim == LeaseClaim::Ours || self.lease_wait_ends.is_some_and(|until| until <= now) {
            return true;
        }
        let left = shared.lease.map(|lease| lease.left(self.lease_ttl())).unwrap_or_default();
        self.stage = Stage::Settling(now + left.min(Policy::REFUSAL_RETRY));
        false
    }

    /// The request is sent now.
    pub fn ask(&mut self, request: ExchangeKind, shared: SharedState, now: Instant) {
        self.request = request;
        self.asked = Some((shared.hint, shared.epoch));
        self.stage = Stage::Fetching { since: now, is_slow: false };
    }

    /// The server refused. Returns true if a second attempt follows, because the credential may have been spent
    /// (promise 9).
    pub fn retry_after_refusal(&mut self, now: Instant) -> bool {
        let again = self.may_be_spent && !self.is_second_attempt;
        if again {
            self.is_second_attempt = true;
            self.stage = Stage::Settling(now + Policy::REFUSAL_RETRY);
        }
        again
    }
}

impl Lease {
    /// How long the lease is still valid, if a lease whose exchange is not known to be slow is valid for `ttl`.
    fn left(self, ttl: Millis) -> Millis {
        let ttl = if self.is_slow { Policy::LEASE_TTL } else { ttl };
        ttl.saturating_sub(self.age)
    }
}
