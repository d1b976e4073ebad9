//! Monotonic time in whole milliseconds. The shell passes the time to the core with every input.

use core::ops::Add;

/// A span of time in whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

/// A reading of the shell's monotonic clock, in milliseconds since an origin of its choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub u64);

impl Millis {
    /// The longest span: ten years. A longer token lifetime is treated as ten years.
    pub const MAX: Self = Self::seconds(10 * 365 * 24 * 3600);

    /// A span of whole seconds.
    #[must_use]
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds * 1000)
    }

    /// A span of fractional seconds as JSON has them; `None` unless it is finite, positive and at least 1 ms.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let millis = seconds * 1000.0;
        // `as` saturates, so a very large number becomes the maximum and causes no undefined behaviour.
        (millis.is_finite() && millis >= 1.0).then(|| Self(millis as u64).min(Self::MAX))
    }

    /// 75 % of this span: the part of a token's lifetime after which it is refreshed (promise 5).
    #[must_use]
    pub const fn three_quarters(self) -> Self {
        Self(self.0 / 4 * 3 + self.0 % 4 * 3 / 4)
    }

    /// What is left of this span after `elapsed`; zero when nothing is left.
    #[must_use]
    pub const fn saturating_sub(self, elapsed: Self) -> Self {
        Self(self.0.saturating_sub(elapsed.0))
    }
}

impl Instant {
    /// How long after `earlier` this is; zero when it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Instant {
    /// This instant minus `span`, but not before the origin of the clock.
    #[must_use]
    pub const fn earlier_by(self, span: Millis) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add<Millis> for Instant {
    type Output = Self;

    fn add(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}
