//! When the session next talks to the server of its own accord.

use crate::backoff::Backoff;
use crate::{Cause, Instant, Millis, Policy};

/// The one appointment: a time, what it is for, and the earliest that it may be kept.
#[derive(Debug)]
pub struct Schedule {
    appointment: Option<(Instant, Cause)>,
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
    pub fn due(&self) -> Option<(Instant, Cause)> {
        self.appointment.map(|(at, cause)| (at.max(self.not_before), cause))
    }

    /// Whether the 75 % mark of the current token has passed.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.appointment.is_some_and(|(at, _)| at <= now)
    }

    /// A token arrived: the next appointment is at 75 % of its life, if that is known.
    pub fn granted(&mut self, now: Instant, lifetime: Option<Millis>) {
        self.appointment = lifetime.map(|lifetime| (now + lifetime.three_quarters(), Cause::Due));
        self.not_before = now + Policy::FLOOR;
        self.granted = now;
        self.backoff.reset();
        self.pausing = Pausing::No;
    }

    /// Something asks for a refresh now. It comes as soon as floor and pause allow, and only once.
    pub fn want(&mut self, now: Instant, cause: Cause) {
        if !self.is_overdue(now) {
            self.appointment = Some((now, cause));
        }
    }

    /// No word from the server: try again after a pause, which is returned as the time it ends. One of our own is no
    /// longer than `longest`.
    pub fn pause(&mut self, now: Instant, asked: Option<Millis>, longest: Millis, cause: Cause) -> Instant {
        self.pausing = if asked.is_some() { Pausing::AsAsked } else { Pausing::Own };
        self.not_before = now + self.backoff.pause(asked, longest);
        self.appointment = Some((now, cause));
        self.not_before
    }

    /// The network is back, or a user waits: a pause of our own making is over, one that the server asked for is not.
    pub fn resume(&mut self, now: Instant) {
        if self.pausing == Pausing::Own {
            self.not_before = now;
        }
    }

    /// The clock may have stood still for this long: what is scheduled comes so much earlier.
    pub fn advance(&mut self, span: Millis) {
        self.appointment = self.appointment.map(|(at, cause)| (at.earlier_by(span), cause));
    }

    /// Nothing is to be done for now.
    pub fn rest(&mut self) {
        self.appointment = None;
    }

    /// There is nothing left to do. Whoever wants something again waits for the floor.
    pub fn clear(&mut self, now: Instant) {
        self.rest();
        self.not_before = now + Policy::FLOOR;
        self.fruitless = 0;
    }

    /// Whether a 401 says more about the endpoint than about the token: the token has only just been granted, or
    /// refreshing it has not helped before. The time in which it is believed doubles with each such 401.
    #[must_use]
    pub fn trusts_token(&self, now: Instant) -> bool {
        let trust = Policy::FLOOR.0 << self.fruitless.min(8);
        now < self.granted + Millis(trust)
    }

    /// A retry with a fresh token got another 401.
    pub const fn note_fruitless(&mut self) {
        self.fruitless = self.fruitless.saturating_add(1);
    }

    /// A retry with a fresh token was let in.
    pub const fn note_fruitful(&mut self) {
        self.fruitless = 0;
    }
}
