//! When to try again after no word from the server.

use crate::Millis;

/// Exponential delays with jitter; honours what the server asks for.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    failures: u32,
    random: u32,
}

impl Backoff {
    /// The longest pause, whether our own or asked for by the server.
    pub const LONGEST: Millis = Millis::seconds(300);
    const FIRST: u64 = 1000;
    const LONGEST_OWN: u64 = 60_000;

    /// Starts with no failures. The seed is the shell's randomness: two tabs with different seeds drift apart.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        // xorshift has one fixed point, zero.
        Self { failures: 0, random: seed | 1 }
    }

    /// The server spoke: the next failure is again the first.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after one more failure: 1 s, 2 s, 4 s … 60 s, each less up to half of it at random, and at least
    /// the server's `Retry-After` (RFC 9110 §10.2.3), of which five minutes are believed.
    pub fn pause(&mut self, asked: Option<Millis>) -> Millis {
        let whole = Self::LONGEST_OWN.min(Self::FIRST << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        let own = Millis(whole - u64::from(self.draw()) % (whole / 2));
        own.max(asked.unwrap_or_default().min(Self::LONGEST))
    }

    /// Marsaglia's xorshift32: enough to keep tabs apart.
    const fn draw(&mut self) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random
    }
}
