//! When to retry after the server has given no usable answer.

use crate::Millis;

/// Exponential delays with jitter. A pause that the server requests is respected.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    failures: u32,
    random: u32,
}

impl Backoff {
    /// The longest pause, whether the server has requested it or not.
    pub const MAX_SERVER_PAUSE: Millis = Millis::seconds(300);
    /// The longest pause that the server has not requested.
    pub const MAX_PAUSE: Millis = Millis::seconds(60);
    /// The longest pause that the server has not requested, while a page waits for its first status and can show
    /// nothing else.
    pub const MAX_PAUSE_WHILE_WAITING: Millis = Millis::seconds(5);
    const FIRST: u64 = 1000;

    /// Starts with no failures. The seed is a random number from the shell. Two tabs with different seeds retry at
    /// different times.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        // The state must not be zero, which is the one fixed point of xorshift.
        Self { failures: 0, random: seed | 1 }
    }

    /// The server has answered. The next failure counts as the first again.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after one more failure: 1 s, 2 s, 4 s … up to `longest`. Each pause is shortened at random by up to
    /// half. It is at least the server's `Retry-After` (RFC 9110 §10.2.3), which is limited to five minutes.
    pub fn pause(&mut self, asked: Option<Millis>, longest: Millis) -> Millis {
        let whole = longest.0.min(Self::FIRST << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        let own = Millis(whole - u64::from(self.draw()) % (whole / 2));
        own.max(asked.unwrap_or_default().min(Self::MAX_SERVER_PAUSE))
    }

    /// Marsaglia's xorshift32. It is random enough to make tabs retry at different times.
    const fn draw(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use crate::Millis;

    #[test]
    fn the_pause_doubles_up_to_a_minute_and_is_shortened_randomly_by_up_to_half() {
        let mut backoff = Backoff::new(0);
        for whole in [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000] {
            let pause = backoff.pause(None, Backoff::MAX_PAUSE).0;
            assert!(pause > whole / 2 && pause <= whole, "{pause} of {whole}");
        }
        (0..100).for_each(|_| assert!(backoff.pause(None, Backoff::MAX_PAUSE).0 <= 60_000));
        (0..100).for_each(|_| assert!(backoff.pause(None, Backoff::MAX_PAUSE_WHILE_WAITING).0 <= 5000));
        backoff.reset();
        assert!(backoff.pause(None, Backoff::MAX_PAUSE).0 <= 1000);
    }

    #[test]
    fn two_tabs_get_different_pauses() {
        let pauses = |seed| {
            let mut backoff = Backoff::new(seed);
            (0..500).map(|_| backoff.pause(None, Backoff::MAX_PAUSE).0).skip(6).collect::<Vec<_>>()
        };
        for seed in [0, 1, 2, 0x8000_0000, u32::MAX] {
            let mut drawn = pauses(seed);
            assert_ne!(drawn, pauses(seed ^ 0x1234_5678));
            drawn.sort_unstable();
            drawn.dedup();
            assert!(drawn.len() > 480, "{} different pauses", drawn.len());
            let quarters = [30_000, 37_500, 45_000, 52_500]
                .map(|low| drawn.iter().filter(|pause| (low..low + 7500).contains(*pause)).count());
            assert!(quarters.iter().all(|count| *count > 80), "unevenly spread: {quarters:?}");
        }
    }

    #[test]
    fn the_server_can_lengthen_a_pause_and_cannot_shorten_it() {
        let mut backoff = Backoff::new(7);
        let mut pause = |asked| backoff.pause(Some(asked), Backoff::MAX_PAUSE);
        assert_eq!(pause(Millis::seconds(10)), Millis::seconds(10));
        assert!(pause(Millis(1)) > Millis(1000));
        assert_eq!(pause(Millis::MAX), Backoff::MAX_SERVER_PAUSE);
    }
}
