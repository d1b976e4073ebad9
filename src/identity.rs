//! Whose session it is, as a number that is never reused.

/// Counts up whenever the session may belong to another user: sign-in, sign-out, replacement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity(u32);

impl Identity {
    /// The one after this.
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}
