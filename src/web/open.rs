//! The calls of the page that have no answer yet, with what the core must not see of them.

use wasm_bindgen::prelude::*;

use super::http::{Outgoing, SignInBody};
use super::listener::Listener;
use super::promise::Deferred;

/// One promise of the page's, and what is done for it.
pub struct Open {
    promise: Deferred,
    pub work: Work,
    /// What it would get if it were settled now.
    pub outcome: Option<Result<JsValue, JsValue>>,
    /// Whether the browser has it, and with it the caller's `AbortSignal`.
    pub is_in_flight: bool,
    /// Hears the caller give up while the request only waits.
    pub giving_up: Option<Listener>,
}

pub enum Work {
    None,
    Request { outgoing: Outgoing, began: f64 },
    SignIn(SignInBody),
}

impl Open {
    pub const fn new(promise: Deferred, work: Work) -> Self {
        Self { promise, work, outcome: None, is_in_flight: false, giving_up: None }
    }

    /// Hands over the outcome; nothing at all, for a call that only waited for something to happen.
    pub fn settle(&self) {
        match &self.outcome {
            Some(Ok(value)) => self.promise.resolve(value),
            Some(Err(error)) => self.promise.reject(error),
            None => self.promise.resolve(&JsValue::UNDEFINED),
        }
    }

    pub fn reject(&self, error: &JsValue) {
        self.promise.reject(error);
    }
}
