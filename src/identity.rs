//! The identity of a session's user, as a number that is never reused.

/// Increases whenever the session may belong to another user: sign-in, sign-out, replacement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity(pub u32);

impl Identity {
    /// The next identity.
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}
