//! A simulated world for sessions: tabs, one lock, one cookie jar, one strict server, a network, and a simulated clock.

#![allow(dead_code, unused_imports, reason = "every test binary uses its own part of the world")]
#![allow(missing_docs)]

use tokencell::{Claims, Epoch, Grant, GrantParts, Hint, SharedState, Subject, Token};

mod packet;
mod server;
mod tab;
mod world;

pub use packet::{Packet, Traced};
pub use server::User;
pub use tab::{Outcome, Seen};
pub use world::World;

/// A user who signs in.
pub const ADA: User = User(1);
/// Another user who signs in.
pub const BOB: User = User(2);

/// A grant with a lifetime of 100 s that names no user.
pub fn grant(access: &str, refresh: Option<&str>) -> Grant<Seen> {
    let token = |text: &str| Token::parse(text.to_owned()).unwrap();
    let parts = GrantParts {
        access: Some(token(access)),
        refresh: refresh.map(token),
        expires_in: Some(100.0),
        claims: None,
        date: None,
        profile: Seen { user: None },
    };
    Grant::new(parts).unwrap()
}

/// The next token in the answer to a request: without claims, or a JWT with this subject and a lifetime of 100 s.
pub fn renewal(access: &str, sub: Option<u32>) -> Grant<Seen> {
    renewal_with(access, sub.map(|sub| Claims { exp: Some(200.0), iat: Some(100.0), sub: Some(subject(sub)) }))
}

pub fn subject(sub: u32) -> Subject {
    Subject::Number(f64::from(sub))
}

/// The next token in the answer to a request, with these claims.
pub fn renewal_with(access: &str, claims: Option<Claims>) -> Grant<Seen> {
    let access = Some(Token::parse(access.to_owned()).unwrap());
    let parts =
        GrantParts { access, refresh: None, expires_in: None, claims, date: None, profile: Seen { user: None } };
    Grant::new(parts).unwrap()
}

/// Shared state with this hint and without a lease.
pub const fn shared(hint: Hint) -> SharedState {
    SharedState { hint, epoch: Epoch(0), lease: None, is_stale: false }
}
