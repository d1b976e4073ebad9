//! The core of tokencell. It makes all decisions about a session, and performs no action itself.
//!
//! ```text
//!   page ──► js/ (shapes) ──► src/web/ (does) ──► Session::handle(Input, Instant)
//!                                  ▲                     │ decides
//!                                  └──── Effect ◄── Session::poll()
//! ```
//!
//! All code outside `src/web/` is pure: it uses no clock, no network, no randomness and no browser. ARCHITECTURE.md
//! lists the promises that the comments cite by number.

// The browser build does not use std. The panic handler of std writes a message that wasm cannot show, and the
// allocator of std is made for larger programs. Together they were a tenth of the download.
#![forbid(unsafe_code)]
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

extern crate alloc;

mod backoff;
mod call_map;
mod calls;
mod claims;
mod error;
mod event;
mod exchange;
mod grant;
mod identity;
mod names;
mod origins;
mod policy;
mod queue;
mod schedule;
mod session;
mod text;
mod time;
mod token;
#[cfg(target_arch = "wasm32")]
mod web;

pub use claims::{Claims, Member, Subject};
pub use error::{CallError, GrantError};
pub use event::{
    Body, CallId, DeliveryPath, Effect, Epoch, Event, ExchangeId, ExchangeKind, ExchangeResult, Generation, Hint,
    Input, Lease, LeaseClaim, Lock, PeerMessage, Reason, RefreshFailure, RefreshTrigger, ResponseClass, SharedState,
};
pub use grant::{Grant, GrantParts, Profile};
pub use identity::Identity;
pub use origins::{OriginError, Origins};
pub use policy::{Policy, RefreshMode, SignOutRoute};
pub use session::{Bearer, Session, Snapshot, Status};
pub use time::{Instant, Millis};
pub use token::{Credentials, Token};
