//! When the session starts its next exchange without a call of the page.

use crate::backoff::Backoff;
use crate::{Instant, Millis, Policy, RefreshTrigger};

/// The next scheduled refresh: its time, its cause, and the earliest time at which it may start.
#[derive(Debug)]
pub struct Schedule {
    scheduled: Option<(Instant, RefreshTrigger)>,
    not_before: Instant,
    backoff: Backoff,
    pausing: Pausing,
    /// The number of consecutive 401s that a refresh did not cure. The endpoint causes such 401s, not the token.
    failed_retries: u32,
    granted: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pausing {
    AsAsked,
    No,
    Own,
}

impl Schedule {
    /// Creates an empty schedule.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self {
            scheduled: None,
            not_before: Instant(0),
            backoff: Backoff::new(seed),
            pausing: Pausing::No,
            failed_retries: 0,
            granted: Instant(0),
        }
    }

    /// When to start the next refresh, and why. `None` while nothing is scheduled.
    #[must_use]
    pub fn due(&self) -> Option<(Instant, RefreshTrigger)> {
        self.scheduled.map(|(at, trigger)| (at.max(self.not_before), trigger))
    }

    /// Whether the scheduled time has passed. For a token, this is 75 % of its lifetime.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.scheduled.is_some_and(|(at, _)| at <= now)
    }

    /// A token has been granted. Schedules the next refresh at 75 % of its lifetime, if the lifetime is known.
    pub fn granted(&mut self, now: Instant, lifetime: Option<Millis>) {
        self.scheduled = lifetime.map(|lifetime| (now + lifetime.three_quarters(), RefreshTrigger::Due));
        self.not_before = now + Policy::MIN_REFRESH_INTERVAL;
        self.granted = now;
        self.backoff.reset();
        self.pausing = Pausing::No;
    }

    /// Schedules one refresh for now, or for the end of the pause or of the minimum interval if one is running.
    pub fn want(&mut self, now: Instant, trigger: RefreshTrigger) {
        if !self.is_overdue(now) {
            self.scheduled = Some((now, trigger));
        }
    }

    /// The server has given no usable answer. Schedules another attempt after a pause, and returns the time at which
    /// the pause ends. A pause that the server has not requested is at most `longest`.
    pub fn pause(&mut self, now: Instant, asked: Option<Millis>, longest: Millis, trigger: RefreshTrigger) -> Instant {
        self.pausing = if asked.is_some() { Pausing::AsAsked } else { Pausing::Own };
        self.not_before = now + self.backoff.pause(asked, longest);
        self.scheduled = Some((now, trigger));
        self.not_before
    }

    /// The network is available again, or a user waits. Ends a pause, unless the server has requested it.
    pub fn resume(&mut self, now: Instant) {
        if self.pausing == Pausing::Own {
            self.not_before = now;
        }
    }

    /// The clock may have stopped for this long. Moves the scheduled refresh to an earlier time by this span.
    pub fn advance(&mut self, span: Millis) {
        self.scheduled = self.scheduled.map(|(at, trigger)| (at.earlier_by(span), trigger));
    }

    /// Cancels the scheduled refresh.
    pub fn rest(&mut self) {
        self.scheduled = None;
    }

    /// Cancels the scheduled refresh. The next refresh starts after the minimum interval at the earliest.
    pub fn clear(&mut self, now: Instant) {
        self.rest();
        self.not_before = now + Policy::MIN_REFRESH_INTERVAL;
        self.failed_retries = 0;
    }

    /// Whether a 401 is taken as the endpoint's own answer and causes no refresh. This is so if the token was granted a
    /// moment ago, or if earlier refreshes did not cure such 401s. Each 401 that was not cured doubles the grace
    /// period.
    #[must_use]
    pub fn in_grace_period(&self, now: Instant) -> bool {
        let trust = Policy::MIN_REFRESH_INTERVAL.0 << self.failed_retries.min(8);
        now < self.granted + Millis(trust)
    }

    /// A retry with a fresh token got another 401.
    pub const fn record_failed_retry(&mut self) {
        self.failed_retries = self.failed_retries.saturating_add(1);
    }

    /// A retry with a fresh token got no 401.
    pub const fn reset_failed_retries(&mut self) {
        self.failed_retries = 0;
    }
}
