//! When the session next talks to the server of its own accord.

use crate::backoff::Backoff;
use crate::{Instant, Millis, Policy, RefreshTrigger};

/// The one appointment: a time, what it is for, and the earliest that it may be kept.
#[derive(Debug)]
pub struct Schedule {
    appointment: Option<(Instant, RefreshTrigger)>,
    not_before: Instant,
    backoff: Backoff,
    pausing: Pausing,
    /// 401s in a row that a refresh did not mend: the endpoint is to blame, not the token.
    fruitless: u32,
    granted: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pausing {
    AsAsked,
    No,
    Own,
}

impl Schedule {
    /// Nothing to do yet.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self {
            appointment: None,
            not_before: Instant(0),
            backoff: Backoff::new(seed),
            pausing: Pausing::No,
            fruitless: 0,
            granted: Instant(0),
        }
    }

    /// When to start, and why. `None` while there is nothing to do.
    #[must_use]
    pub fn due(&self) -> Option<(Instant, RefreshTrigger)> {
        self.appointment.map(|(at, trigger)| (at.max(self.not_before), trigger))
    }

    /// Whether the 75 % mark of the current token has passed.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.appointment.is_some_and(|(at, _)| at <= now)
    }

    /// A token arrived: the next appointment is at 75 % of its life, if that is known.
    pub fn granted(&mut self, now: Instant, lifetime: Option<Millis>) {
        self.appointment = lifetime.map(|lifetime| (now + lifetime.three_quarters(), RefreshTrigger::Due));
        self.not_before = now + Policy::MIN_REFRESH_INTERVAL;
        self.granted = now;
        self.backoff.reset();
        self.pausing = Pausing::No;
    }

    /// Schedules one refresh for now, or for the end of the pause or of the minimum interval if one is running.
    pub fn want(&mut self, now: Instant, trigger: RefreshTrigger) {
        if !self.is_overdue(now) {
            self.appointment = Some((now, trigger));
        }
    }

    /// The server has not answered: schedules another attempt after a pause, and returns the time at which the pause ends.
    /// A pause that the server has not asked for is at most `longest`.
    pub fn pause(&mut self, now: Instant, asked: Option<Millis>, longest: Millis, trigger: RefreshTrigger) -> Instant {
        self.pausing = if asked.is_some() { Pausing::AsAsked } else { Pausing::Own };
        self.not_before = now + self.backoff.pause(asked, longest);
        self.appointment = Some((now, trigger));
        self.not_before
    }

    /// The network is back, or a user waits. Ends a pause, unless the server has asked for it.
    pub fn resume(&mut self, now: Instant) {
        if self.pausing == Pausing::Own {
            self.not_before = now;
        }
    }

    /// The clock may have stood still for this long. Moves what is scheduled forward by it.
    pub fn advance(&mut self, span: Millis) {
        self.appointment = self.appointment.map(|(at, trigger)| (at.earlier_by(span), trigger));
    }

    /// Cancels what is scheduled.
    pub fn rest(&mut self) {
        self.appointment = None;
    }

    /// Cancels what is scheduled. The next refresh starts after the minimum interval at the earliest.
    pub fn clear(&mut self, now: Instant) {
        self.rest();
        self.not_before = now + Policy::MIN_REFRESH_INTERVAL;
        self.fruitless = 0;
    }

    /// Whether a 401 is taken as the endpoint's own answer, and causes no refresh: the token was granted a moment ago, or
    /// earlier refreshes did not cure such 401s. Each of those doubles this time.
    #[must_use]
    pub fn in_grace_period(&self, now: Instant) -> bool {
        let trust = Policy::MIN_REFRESH_INTERVAL.0 << self.fruitless.min(8);
        now < self.granted + Millis(trust)
    }

    /// A retry with a fresh token got another 401.
    pub const fn record_failed_retry(&mut self) {
        self.fruitless = self.fruitless.saturating_add(1);
    }

    /// A retry with a fresh token was let in.
    pub const fn note_fruitful(&mut self) {
        self.fruitless = 0;
    }
}
