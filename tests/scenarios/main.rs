//! The promises of ARCHITECTURE.md, one sentence at a time.

#![allow(missing_docs)]

#[path = "../common/mod.rs"]
mod common;

mod demands;
mod ending;
mod grants;
mod origins;
mod presence;
mod refresh;
mod requests;
mod session;
mod sign_out;
mod sliding;
mod slow;
mod tabs;
mod unrefreshable;
mod unusable;
mod user;
mod waiting;
